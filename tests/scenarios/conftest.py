"""What the scenarios need: servers of their own that may be broken, and engines that misbehave."""

from __future__ import annotations

import json
import os
import subprocess

import boto3
import botocore.config
import pytest

from bedplate_server import BedplateServer
from signed_http import SignedHttp

REGION = "us-east-1"


@pytest.fixture
def http_to():
    """Raw, signed requests to a server."""

    def make(server: BedplateServer) -> SignedHttp:
        keys = server.credentials
        return SignedHttp(server.url, keys.access_key_id, keys.secret_access_key, REGION)

    return make


@pytest.fixture
def client_to():
    """boto3 without retries: the first answer counts."""

    def make(server: BedplateServer, service: str = "bedrock-runtime"):
        keys = server.credentials
        config = botocore.config.Config(
            region_name=REGION, retries={"total_max_attempts": 1}, read_timeout=60
        )
        return boto3.session.Session().client(
            service,
            config=config,
            endpoint_url=server.url,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
        )

    return make


def _engine(name: str, settings: dict) -> str:
    lines = [f"[engines.{name}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture
def llama_config():
    """A configuration in which one model of the test's choice has a llama.cpp engine of its own."""

    def make(model: str, **settings) -> str:
        engine = _engine("own", {"type": "llama.cpp", **settings})
        return engine + f'[[bindings]]\nmodels = ["{model}"]\nengine = "own"\n'

    return make


@pytest.fixture
def openai_config():
    """The same with a pool of remote endpoints."""

    def make(*endpoints: str, model: str = "*", **settings) -> str:
        engine = _engine("own", {"type": "openai", "endpoints": list(endpoints), **settings})
        return engine + f'[[bindings]]\nmodels = ["{model}"]\nengine = "own"\n'

    return make


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def fill():
    """Fills a file system with one file, and returns it."""

    def fill_disk(folder):
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 1024)
            except OSError:
                return filler

    return fill_disk


@pytest.fixture
def storage_writer(bedplate_binary):
    """tests/fakes/storage_writer.cpp, beside the server's binary."""
    program = bedplate_binary.parent / "tests/fakes/storage_writer"
    if not program.exists():
        pytest.skip(f"{program} is not built")
    return program
