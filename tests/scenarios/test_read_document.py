"""`bedplate read-document`: what a model gets of a file, or why it is refused."""

from __future__ import annotations

import base64
from pathlib import Path

from bedplate_server import run_bedplate

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
    "IQAAAABJRU5ErkJggg==")


def test_text_of_a_document():
    result = run_bedplate("read-document", str(DOCUMENTS / "report.docx"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("# Harbour report\nThe lighthouse keeper")


def test_text_of_a_pdf():
    result = run_bedplate("read-document", str(DOCUMENTS / "owner-password.pdf"))
    assert (result.returncode, result.stdout) == (0, "The secret harbour\n"), result.stderr


def test_facts_of_an_image(tmp_path):
    image = tmp_path / "dot.PNG"
    image.write_bytes(PNG)
    result = run_bedplate("read-document", str(image))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("png, 1 x 1 pixels;")


def test_refused_documents(tmp_path):
    result = run_bedplate("read-document", str(DOCUMENTS / "password.pdf"))
    assert result.returncode == 1
    assert "is refused (encrypted)" in result.stderr
    result = run_bedplate("read-document", "--format", "pdf", str(DOCUMENTS / "report.docx"))
    assert result.returncode == 1
    assert "is refused (wrong format)" in result.stderr


def test_wrong_arguments(tmp_path):
    for arguments in (["x.tar"], ["--format", "odt", "x.docx"], [str(tmp_path / "none.pdf")], []):
        result = run_bedplate("read-document", *arguments)
        assert result.returncode == 2, arguments
        assert result.stderr


# Which speaks in frames.
def test_the_childs_command_is_not_for_people():
    result = run_bedplate("read-document-child", "nonsense", errors="replace")
    assert result.returncode == 0
    assert "is not a reading task" in result.stdout
