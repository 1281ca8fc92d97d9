"""The audit log through crashes, full disks and tampering, and the commands that read it."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import botocore.exceptions
import pytest

from audit_log import audit_files, event_of, request_id_of, show, verify
from bedplate_server import Deadline, run_bedplate

SYNC = "[audit]\nsync = true\n"


def call(client) -> str:
    return request_id_of(client.list_foundation_models())


# Whoever has an answer finds its event in the log, whenever the server dies.
@pytest.mark.parametrize("attempt", range(3))
def test_kill_loses_no_event_of_an_answered_request(start_server, client_to, attempt):
    server = start_server(SYNC)
    client = client_to(server, "bedrock")
    answered: list[str] = []

    def work(_) -> None:
        try:
            while True:
                answered.append(call(client))
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            return  # it was killed

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, number) for number in range(4)]
        deadline = Deadline(30, "some answers")
        while deadline.open() and len(answered) < 40 * (attempt + 1):
            call(client)
        server.kill()
        for worker in workers:
            worker.result()
    recorded = {event.get("requestID") for event in show(server.data_dir)}
    assert not set(answered) - recorded
    assert verify(server.data_dir).returncode == 0

    again = start_server(SYNC, directory=server.directory)
    identifier = call(client_to(again, "bedrock"))
    assert event_of(again.data_dir, identifier)
    assert verify(again.data_dir).returncode == 0
    again.stop()
    assert verify(again.data_dir).returncode == 0


def test_a_torn_line_is_kept_aside_and_told_of(start_server, client_to):
    server = start_server(SYNC)
    call(client_to(server, "bedrock"))
    server.stop()
    folder = server.data_dir / "audit"
    newest = audit_files(folder)[-1]
    with newest.open("a") as file:
        file.write('{"number":2,"prev')
    assert verify(server.data_dir).returncode == 0, "a line that may still be written"
    again = start_server(SYNC, directory=server.directory)
    identifier = call(client_to(again, "bedrock"))
    assert event_of(again.data_dir, identifier)
    (event,) = show(again.data_dir, "--event-name", "AuditLogTornLine")
    kept = folder / event["serviceEventDetails"]["keptIn"]
    assert kept.read_text() == '{"number":2,"prev'
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "AuditLogTornLine" in again.log()
    assert verify(again.data_dir).returncode == 0


@pytest.fixture
def written(start_server, client_to):
    """The data directory of a server that has answered a few calls and ended."""
    server = start_server(SYNC)
    client = client_to(server, "bedrock")
    for _ in range(5):
        call(client)
    server.stop()
    assert verify(server.data_dir).returncode == 0
    return server.data_dir


@pytest.mark.parametrize("tamper, kind, line", [
    (lambda lines: [lines[0].replace("ListFoundationModels", "ListInferenceProfiles"), *lines[1:]],
     "changed", 1),
    (lambda lines: [*lines[:2], *lines[3:]], "missing", 3),
    (lambda lines: [lines[1], lines[0], *lines[2:]], "reordered", 1),
    (lambda lines: lines[:-1], "truncated", None),
    (lambda lines: [*lines, lines[-1].replace('"number":5', '"number":6')], "changed", 6),
])
def test_verify_names_the_first_wrong_line(written, tamper, kind, line):
    (path,) = audit_files(written / "audit")
    lines = path.read_text().splitlines()
    assert len(lines) == 5
    path.write_text("".join(text + "\n" for text in tamper(lines)))
    done = verify(written)
    assert done.returncode == 1
    where = f"{path}:{line}: " if line else f"{path}: "
    assert done.stdout.startswith(f"{where}{kind}: ")


def test_verify_needs_the_log_and_its_key(written, tmp_path):
    done = verify(tmp_path)
    assert done.returncode == 1
    assert "credentials.json" in done.stderr
    assert not any(tmp_path.iterdir()), "nothing is made by looking"
    path = audit_files(written / "audit")[0]
    path.unlink()
    assert verify(written).stdout.count("truncated") == 1
    (written / "audit/head.json").unlink()
    done = verify(written)
    assert done.returncode == 1
    assert "there is no audit log" in done.stderr


def test_verify_beside_a_server_that_writes(start_server, client_to):
    server = start_server("[audit]\nfile_mib_max = 1\n")
    client = client_to(server, "bedrock")
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(call, client) for _ in range(100)]
        while not all(each.done() for each in calls):
            done = verify(server.data_dir)
            assert done.returncode == 0, done.stdout
        for each in calls:
            each.result()


def test_show_picks_events(start_server, client_to):
    server = start_server(SYNC)
    control = client_to(server, "bedrock")
    call(control)
    control.list_inference_profiles()
    with pytest.raises(botocore.exceptions.ClientError):
        control.get_inference_profile(inferenceProfileIdentifier="no-such-profile")
    client_to(server, "sts").get_caller_identity()

    def names(*flags: str) -> list[str]:
        return [event["eventName"] for event in show(server.data_dir, *flags)]

    everything = ["ListFoundationModels", "ListInferenceProfiles", "GetInferenceProfile",
                  "GetCallerIdentity"]
    assert names() == everything
    assert names("--event-name", "GetCallerIdentity") == ["GetCallerIdentity"]
    assert names("--errors") == ["GetInferenceProfile"]
    assert names("--user", "administrator") == everything
    assert names("--user", "somebody") == []
    assert names("--since", "2020-01-01") == everything
    assert names("--since", "2199-01-01T00:00:00Z") == []
    done = run_bedplate("audit", "show", "--data-dir", server.data_dir, "--since", "yesterday")
    assert done.returncode == 2
    assert "yesterday" in done.stderr


def test_files_and_configuration(start_server, client_to, tmp_path):
    folder = tmp_path / "elsewhere"
    server = start_server(f'[audit]\ndirectory = "{folder}"\nsync = true\n')
    call(client_to(server, "bedrock"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert len(modes) == 2 and set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert verify(server.data_dir, "--config", server.config_file).returncode == 0
    off = start_server("[audit]\nenabled = false\n")
    call(client_to(off, "bedrock"))
    off.stop()
    assert not (off.data_dir / "audit").exists()
    for wrong in ('on_failure = "shrug"', "file_mib_max = 0", "keep = 1"):
        config = tmp_path / "wrong.toml"
        config.write_text(f"[audit]\n{wrong}\n")
        done = run_bedplate("serve", "--config", config, "--data-dir", tmp_path / "data")
        assert done.returncode == 2
        assert "audit" in done.stderr


def on_small_disk(disk, **settings) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    return "\n".join(["[audit]", f'directory = "{disk / "audit"}"', "sync_interval_ms = 10", *lines])


def test_a_full_disk_delays_events_and_loses_none_that_fit_the_queue(
    start_server, client_to, small_disk, fill
):
    server = start_server(on_small_disk(small_disk))
    client = client_to(server, "bedrock")
    before = call(client)
    config = ("--config", str(server.config_file))
    deadline = Deadline(20, "the first event")
    while deadline.open() and not show(server.data_dir, *config):
        pass
    filler = fill(small_disk)
    # More than what is left of the file's last page.
    during = [call(client) for _ in range(20)]
    deadline = Deadline(20, "the server says that it cannot write")
    while deadline.open() and "cannot be written" not in server.log():
        during.append(call(client))
    filler.unlink()
    deadline = Deadline(20, "the events that waited")
    while deadline.open():
        recorded = [event.get("requestID") for event in show(server.data_dir, *config)]
        if during[-1] in recorded:
            break
    assert recorded == [before, *during]
    assert "is written again" in server.log()
    assert verify(server.data_dir, *config).returncode == 0


def test_a_full_disk_refuses_requests_where_that_is_asked_for(
    start_server, client_to, small_disk, fill
):
    server = start_server(on_small_disk(small_disk, on_failure="refuse"))
    client = client_to(server, "bedrock")
    call(client)
    filler = fill(small_disk)
    deadline = Deadline(20, "a refusal")
    refusal = None
    while deadline.open() and refusal is None:
        try:
            call(client)
        except botocore.exceptions.ClientError as error:
            refusal = error.response
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "audit trail" in refusal["Error"]["Message"]
    filler.unlink()
    deadline = Deadline(20, "an answer")
    while deadline.open():
        try:
            last = call(client)
            break
        except botocore.exceptions.ClientError:
            continue
    config = ("--config", str(server.config_file))
    deadline = Deadline(20, "the last event")
    while deadline.open():
        events = show(server.data_dir, *config)
        if events[-1].get("requestID") == last:
            break
    refused = [event for event in events if event.get("errorCode") == "ServiceUnavailableException"]
    assert refused, "the refused calls are told of, too"
    assert verify(server.data_dir, *config).returncode == 0
