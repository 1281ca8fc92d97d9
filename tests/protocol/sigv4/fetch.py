#!/usr/bin/env python3
"""Fetches AWS's published Signature Version 4 vectors and makes more of them with botocore.

Writes .deps/sigv4-suite/vectors.jsonl and .deps/sigv4-suite/botocore.jsonl, which
src/identity/sigv4_vectors_test.cpp reads. Nothing of them is committed. Run again, it does nothing
unless the pins below or the generator changed; --force makes everything anew.

Sources, each by its ordinary client, pinned and checked by digest:
  botocore (PyPI, source distribution)  AWS's suite of 2015, signatures in the header
  aws-sigv4 (crates.io), if cargo is there  the same suite as AWS's SDK for C keeps it, which adds
                                        presigned queries and paths that are not normalised
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OUTPUT = ROOT / ".deps" / "sigv4-suite"

BOTOCORE = ("1.43.70", "a7bebdd0b1c8265e72759a4f7f61e9e43d57968b2c2a5e1e7b350d0a1e3ce81c")
AWS_SIGV4 = ("1.6.4", "f385da9b7757ed4c8214797ad663ff534fb622006143530aa80e21f8e06ff85c")

# The suite of 2015 has no context file; its documentation fixes these.
SUITE_2015 = {
    "access_key_id": "AKIDEXAMPLE",
    "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "region": "us-east-1",
    "service": "service",
    "amz_date": "20150830T123600Z",
}
SUITE_2015_FILES = (".req", ".creq", ".sts", ".authz", ".sreq")
# Its signature was made without the token that its request carries.
WRONG_IN_THE_SUITE = {"get-vanilla-with-session-token"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--force", action="store_true", help="make everything anew")
    if not parser.parse_args().force and is_current():
        return
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        vectors = suite_2015(download_botocore(Path(folder)))
        if shutil.which("cargo"):
            vectors += suite_of_crate(download_crate(Path(folder)))
        else:
            print("sigv4: no cargo here, so no presigned vectors", file=sys.stderr)
    write(OUTPUT / "vectors.jsonl", "".join(json.dumps(vector) + "\n" for vector in vectors))
    cases = subprocess.run(
        [sys.executable, Path(__file__).with_name("botocore_cases.py")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    write(OUTPUT / "botocore.jsonl", cases)
    write(OUTPUT / "made-from", fingerprint())
    print(f"sigv4: {len(vectors)} vectors, {cases.count(chr(10))} botocore cases")


def fingerprint() -> str:
    """Changes when what is in the output folder no longer fits this script."""
    sources = b"".join(
        Path(__file__).with_name(name).read_bytes() for name in ("fetch.py", "botocore_cases.py")
    )
    return hashlib.sha256(sources + bool(shutil.which("cargo")).to_bytes(1, "big")).hexdigest()


def is_current() -> bool:
    mark = OUTPUT / "made-from"
    return mark.exists() and mark.read_text() == fingerprint()


def write(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def check_digest(path: Path, expected: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        sys.exit(f"sigv4: {path.name} has sha256 {found}, but {expected} is pinned")


def download_botocore(folder: Path) -> Path:
    version, digest = BOTOCORE
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", "botocore", "--dest", str(folder), f"botocore=={version}"]
    subprocess.run(command, check=True)
    archive = folder / f"botocore-{version}.tar.gz"
    check_digest(archive, digest)
    return extract(archive, "tests/unit/auth/aws4_testsuite", folder / "botocore")


def download_crate(folder: Path) -> Path:
    version, digest = AWS_SIGV4
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").touch()
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "vectors"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\naws-sigv4 = {{ version = "={version}", default-features = false }}\n'
    )
    vendor = ["cargo", "vendor", "--quiet", "--versioned-dirs", "vendor"]
    subprocess.run(vendor, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    crate = folder / "vendor" / f"aws-sigv4-{version}"
    # cargo has checked its files against this digest of the package.
    package = json.loads((crate / ".cargo-checksum.json").read_text())["package"]
    if package != digest:
        sys.exit(f"sigv4: aws-sigv4 has sha256 {package}, but {digest} is pinned")
    return crate / "aws-signing-test-suite" / "v4"


def extract(archive: Path, inside: str, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        top = tar.getnames()[0].split("/")[0]
        for member in tar.getmembers():
            if not member.isfile() or not member.name.startswith(f"{top}/{inside}/"):
                continue
            path = folder / Path(member.name).relative_to(f"{top}/{inside}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(member).read())
    return folder


def read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\r", "")


def parse_request(text: str) -> dict:
    """A raw HTTP request. Folded header lines stay in their value; X-Amz-Date is left out."""
    head, _, body = text.replace("\r", "").partition("\n\n")
    start, *lines = head.split("\n")
    method, _, rest = start.partition(" ")
    # The suite has targets with raw spaces.
    target = re.sub(r" HTTP/[0-9.]+$", "", rest)
    headers: list[list[str]] = []
    for line in lines:
        if line.startswith((" ", "\t")):
            headers[-1][1] += "\n" + line
        elif line:
            name, _, value = line.partition(":")
            headers.append([name, value])
    headers = without(headers, "x-amz-date")
    return {"method": method, "target": target, "headers": headers, "body": body}


def without(headers: list[list[str]], name: str) -> list[list[str]]:
    return [header for header in headers if header[0].lower() != name]


def suite_2015(folder: Path) -> list[dict]:
    vectors = []
    for path in sorted(folder.rglob("*.req")):
        if path.stem in WRONG_IN_THE_SUITE:
            continue
        parts = {ending: read_text(path.with_suffix(ending)) for ending in SUITE_2015_FILES}
        canonical = parts[".creq"]
        token = re.search("^x-amz-security-token:(.*)$", parts[".sreq"], re.M | re.I)
        request = parse_request(parts[".req"])
        request["headers"] = without(request["headers"], "x-amz-security-token")
        vectors.append(
            SUITE_2015
            | {
                "name": f"2015/{path.stem}",
                "request": request,
                "session_token": token.group(1).strip() if token else "",
                "sign_session_token": "x-amz-security-token" in canonical,
                "path_form": "normalized",
                "add_content_sha256": False,
                "in_query": False,
                "expires": 0,
                "canonical_request": canonical,
                "string_to_sign": parts[".sts"],
                "signature": re.search("Signature=(.*)$", parts[".authz"].strip()).group(1),
            }
        )
    return vectors


def suite_of_crate(folder: Path) -> list[dict]:
    vectors = []
    for case in sorted(folder.iterdir()):
        if not (case / "context.json").exists():
            continue  # two cases of the SDK for Rust, without keys
        context = json.loads(read_text(case / "context.json"))
        credentials = context["credentials"]
        request = parse_request(read_text(case / "request.txt"))
        # The SDK for Rust cannot hold a raw space, so it changed that in its copy of the request.
        request["target"] = parse_request(read_text(case / "header-signed-request.txt"))["target"]
        for place in ("header", "query"):
            vectors.append(
                {
                    "name": f"crt/{case.name}/{place}",
                    "access_key_id": credentials["access_key_id"],
                    "secret": credentials["secret_access_key"],
                    "session_token": credentials.get("token", ""),
                    "sign_session_token": not context.get("omit_session_token", False),
                    "region": context["region"],
                    "service": context["service"],
                    "amz_date": re.sub("[-:]", "", context["timestamp"]),
                    "request": request,
                    "path_form": "normalized" if context["normalize"] else "as_sent",
                    "add_content_sha256": context["sign_body"],
                    "in_query": place == "query",
                    "expires": context["expiration_in_seconds"],
                    "canonical_request": read_text(case / f"{place}-canonical-request.txt"),
                    "string_to_sign": read_text(case / f"{place}-string-to-sign.txt"),
                    "signature": read_text(case / f"{place}-signature.txt").strip(),
                }
            )
    return vectors


if __name__ == "__main__":
    main()
