"""The start of a server: what it makes, what it says, and what it refuses to start with."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from bedplate_server import StartFailed, binary_path, clean_environment, run_bedplate


def refused(*arguments: str, config: str | None = None, folder: Path, **options):
    """Runs `bedplate serve`, which must give up; gives its exit code and what it said."""
    command = ["serve", "--data-dir", str(folder / "data"), *arguments]
    if "--listen" not in arguments:
        command += ["--listen", "127.0.0.1:0"]
    if config is not None:
        (folder / "bedplate.toml").write_text(config)
        command += ["--config", str(folder / "bedplate.toml")]
    result = run_bedplate(*command, timeout=10, **options)
    assert "is ready" not in result.stdout
    return result.returncode, result.stderr


# The first start: one line that says where, the exports beneath, private files, and `bedplate env`
# says the same.
def test_first_start(start_server):
    server = start_server()
    assert server.stdout_lines[0] == f"bedplate is ready on {server.url}"
    printed = {line for line in server.stdout_lines if line.startswith("export ")}
    result = run_bedplate("env", "--data-dir", str(server.data_dir))
    assert printed == set(result.stdout.splitlines())
    exports = server.exports()
    assert exports["AWS_ENDPOINT_URL"] == server.url
    assert exports["AWS_REGION"] == exports["AWS_DEFAULT_REGION"] == "us-east-1"
    assert exports["AWS_ACCESS_KEY_ID"].startswith("AKIA")
    assert len(exports["AWS_SECRET_ACCESS_KEY"]) == 40
    bearer = server.exports("--bearer")
    assert bearer["AWS_BEARER_TOKEN_BEDROCK"].startswith("ABSK")
    assert "AWS_ACCESS_KEY_ID" not in bearer
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    secrets = server.data_dir / "credentials.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


# The secret is in the banner and in its file, and not in the log.
def test_log_holds_no_secret(start_server, http_to):
    server = start_server()
    assert http_to(server).send("GET", "/foundation-models").status == 200
    keys = server.credentials
    server.stop()
    assert keys.secret_access_key not in server.log()
    assert server.api_key not in server.log()


# Started again, it is the same account with the same keys.
def test_second_start(start_server):
    first = start_server()
    before = (first.credentials, first.api_key)
    assert first.stop() == 0
    second = start_server(directory=first.directory)
    assert (second.credentials, second.api_key) == before


# Two servers, two accounts.
def test_credentials_are_random(start_server):
    assert start_server().credentials != start_server().credentials


def test_port_in_use(bedplate_binary, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused("--listen", f"127.0.0.1:{port}", folder=tmp_path)
    assert code == 1
    assert f"127.0.0.1:{port} is in use" in said


# Two servers on one data directory would tread on each other's feet.
def test_data_directory_in_use(start_server):
    running = start_server()
    code, said = refused(folder=running.directory)
    assert code == 1
    assert str(running.pid) in said and running.url in said
    assert running.exports()["AWS_ENDPOINT_URL"] == running.url, "the refused one broke the record"


def test_credentials_that_others_can_read(start_server):
    server = start_server()
    server.stop()
    secrets = server.data_dir / "credentials.json"
    secrets.chmod(0o644)
    code, said = refused(folder=server.directory)
    assert code == 1
    assert f"chmod 600 {secrets}" in said


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 99}', "\x00\x01"])
def test_damaged_credentials(start_server, content):
    server = start_server()
    server.stop()
    (server.data_dir / "credentials.json").write_text(content)
    code, said = refused(folder=server.directory)
    assert code == 1
    assert "credentials.json cannot be used" in said
    # It must not be overwritten: somebody may want to mend it.
    assert (server.data_dir / "credentials.json").read_text() == content


# A configuration that is wrong names its file and line; the exit code is 2.
@pytest.mark.parametrize(
    "config, line, words",
    [
        ("listen = 127.0.0.1\n", 1, ""),
        ("\n\nlistne = '127.0.0.1:0'\n", 3, "unknown key 'listne'"),
        ("[limits]\nbody_bytes = 5\n", 2, "unknown key 'limits.body_bytes'"),
        (
            "[limits]\nbody_bytes_max = 'many'\n",
            2,
            "'limits.body_bytes_max' must be a whole number",
        ),
        ("io_threads = 0\n", 1, "'io_threads' must be from 1 to 256"),
        ("authentication = 'no'\n", 1, "'authentication' must be true or false"),
        ("[engines.a]\ntype = 'openai'\n", 1, "needs 'endpoints'"),
        ("[engines.a]\ntype = 'magic'\n", 1, 'needs type = "llama.cpp", "openai",'),
        ("[engines.a]\ntype = 'llama.cpp'\n", 1, "needs 'weights'"),
        ("[[bindings]]\nmodels = ['x']\n", 1, "a binding needs 'models' and 'engine'"),
        ("[tls]\ncertificate = 'a.pem'\n", 1, "[tls] takes"),
        ("a = 1\na = 2\n", 2, ""),
        ("[engines\n", 1, ""),
    ],
)
def test_wrong_configuration(bedplate_binary, tmp_path, config, line, words):
    code, said = refused(config=config, folder=tmp_path)
    assert code == 2
    assert f"{tmp_path}/bedplate.toml:{line}: " in said
    assert words in said


# Wrong in meaning: no line of the file is at fault alone.
@pytest.mark.parametrize(
    "config, words",
    [
        ("[[bindings]]\nmodels = ['x.y']\nengine = 'nobody'\n", "'nobody'"),
        ("[engines.a]\ntype = 'openai'\nendpoints = ['not a url']\n", "not a url"),
        ("log_level = 'loud'\n", "'loud'"),
    ],
)
def test_wrong_meaning(bedplate_binary, tmp_path, config, words):
    code, said = refused(config=config, folder=tmp_path)
    assert code == 2
    assert words in said


def test_configuration_that_is_not_there(bedplate_binary, tmp_path):
    code, said = refused("--config", str(tmp_path / "nowhere.toml"), folder=tmp_path)
    assert code == 2
    assert "nowhere.toml" in said


# A folder is no file; nor is what one may not read, for whoever is not root.
def test_configuration_that_cannot_be_read(bedplate_binary, tmp_path):
    code, said = refused("--config", str(tmp_path), folder=tmp_path)
    assert code == 2
    assert str(tmp_path) in said
    if os.geteuid() == 0:
        return
    locked = tmp_path / "locked.toml"
    locked.touch(0o000)
    code, said = refused("--config", str(locked), folder=tmp_path)
    assert code == 2 and "locked.toml" in said


@pytest.mark.parametrize(
    "listen", ["nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000"]
)
def test_wrong_address(bedplate_binary, tmp_path, listen):
    code, said = refused("--listen", listen, folder=tmp_path)
    assert code == 2
    assert f"'{listen}' is not HOST:PORT" in said


# An address of some other machine.
def test_address_of_another_machine(bedplate_binary, tmp_path):
    code, said = refused("--listen", "192.0.2.1:0", folder=tmp_path)
    assert code == 1
    assert "192.0.2.1" in said


# Without authentication it listens to this machine only.
@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", ":0"])
def test_no_authentication_beyond_loopback(bedplate_binary, tmp_path, listen):
    code, said = refused("--no-auth", "--listen", listen, folder=tmp_path)
    assert code == 2
    assert "authentication may be off only on a loopback address" in said
    code, said = refused("--listen", listen, config="authentication = false\n", folder=tmp_path)
    assert code == 2


@pytest.mark.parametrize("listen", ["[::1]:0", "localhost:0"])
def test_other_loopback_addresses(start_server, listen):
    if listen.startswith("[") and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        server = start_server(listen=listen)
    except StartFailed:
        if listen.startswith("[") and not ipv6_loopback():
            pytest.skip("this machine's loopback has no IPv6")
        raise
    socket.create_connection((server.host.strip("[]"), server.port), 5).close()


def ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


# TLS files that are missing or do not belong together.
def test_wrong_tls_files(bedplate_binary, tmp_path):
    config = "[tls]\ncertificate = 'a.pem'\nprivate_key = 'b.pem'\n"
    code, said = refused(config=config, folder=tmp_path)
    assert code in (1, 2)
    assert "a.pem" in said


# A full disk at the first start: nothing can be kept, so nothing is started, and why is said.
def test_full_disk_at_the_first_start(bedplate_binary, small_disk, fill):
    fill(small_disk)
    code, said = refused(folder=small_disk)
    assert code == 1
    assert "No space left on device" in said or "cannot be written" in said


# A disk that fills up later: requests that need no disk go on.
def test_disk_that_fills_up(start_server, small_disk, fill, http_to):
    server = start_server(directory=small_disk)
    http = http_to(server)
    fill(small_disk)
    assert http.send("GET", "/foundation-models").status == 200
    assert server.stop() == 0


# A data directory that cannot be made.
def test_data_directory_that_cannot_be_made(bedplate_binary, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    code, said = refused(folder=tmp_path)
    assert code == 1
    assert str(tmp_path / "data") in said


# Without --data-dir everything goes where XDG says, and nothing elsewhere in the home directory.
def test_default_data_directory(bedplate_binary, tmp_path):
    environment = clean_environment(HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "share"))
    result = run_bedplate("env", env=environment)
    assert result.returncode == 1
    assert str(tmp_path / "share/bedplate") in result.stderr
    assert list(tmp_path.iterdir()) == [], "asking must not write"


# The rest of the command line.
def test_version(bedplate_binary):
    result = run_bedplate("--version")
    assert result.returncode == 0
    assert result.stdout.split()


@pytest.mark.parametrize("command", ["serve", "env", "chat", "models", "doctor", "completion",
                                     "read-document", "backup", "restore"])
def test_help(bedplate_binary, command):
    result = run_bedplate(command, "--help")
    assert result.returncode == 0
    assert "--help" in result.stdout


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["serve", "--no-such-flag"]])
def test_wrong_command_line(bedplate_binary, arguments):
    result = run_bedplate(*arguments)
    assert result.returncode == 2
    assert result.stderr or result.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(bedplate_binary, shell):
    result = run_bedplate("completion", shell)
    assert result.returncode == 0
    assert "serve" in result.stdout


# What is bound to what, of a server that runs.
def test_models(start_server):
    server = start_server()
    result = run_bedplate("models", "--data-dir", str(server.data_dir))
    assert result.returncode == 0, result.stderr
    assert "anthropic.claude-3-haiku-20240307-v1:0" in result.stdout
    assert "demo" in result.stdout


# The doctor of a sound installation finds nothing to mend.
def test_doctor(start_server):
    server = start_server()
    result = run_bedplate("doctor", "--data-dir", str(server.data_dir), timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


# ... and says how to mend one that is not.
def test_doctor_names_the_trouble(bedplate_binary, tmp_path):
    (tmp_path / "bedplate.toml").write_text(
        "[engines.demo]\ntype = 'llama.cpp'\nweights = '/nowhere/model.gguf'\n"
        "[[bindings]]\nmodels = ['*']\nengine = 'demo'\n"
    )
    result = run_bedplate(
        *("doctor", "--data-dir", str(tmp_path / "data"), "--listen", "127.0.0.1:0"),
        *("--config", str(tmp_path / "bedplate.toml")),
        timeout=60,
    )
    assert result.returncode != 0
    assert "/nowhere/model.gguf" in result.stdout + result.stderr


# `bedplate chat` asks the running server and streams the answer; its input need be no terminal.
def test_chat(start_server):
    server = start_server()
    done = subprocess.run(
        [str(binary_path()), "chat", "--data-dir", str(server.data_dir), "--max-tokens", "20"],
        input="Hello\n/reset\nWho are you?\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 10
