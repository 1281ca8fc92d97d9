"""Options, marks and fixtures that all tests of the running program share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bedplate_server import BedplateServer, binary_path
from postgres_cluster import PostgresCluster, postgres_programs
from scripted_engine import ScriptedEngine


def pytest_addoption(parser):
    parser.addoption(
        "--aws",
        action="store_true",
        help="run the conformance tests against real AWS, with the credentials of the environment",
    )


    parser.addoption(
        "--postgres",
        action="store_true",
        help="give every server that names no database one of its own in PostgreSQL",
    )


@pytest.fixture(scope="session", autouse=True)
def store(request):
    """The databases of --postgres: one for each directory, so that a restart finds it again."""
    if not request.config.getoption("--postgres"):
        yield
        return
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresCluster() as cluster:
        urls: dict[Path, str] = {}

        def url_of(directory: Path) -> str:
            if directory not in urls:
                urls[directory] = cluster.new_database(f"bedplate_{len(urls)}")
            return urls[directory]

        BedplateServer.store_url_of = staticmethod(url_of)
        yield
        BedplateServer.store_url_of = None


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--aws"):
        return
    for item in items:
        if "scenarios" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="scenarios need a server of their own"))
        elif item.get_closest_marker("bedplate_only"):
            item.add_marker(pytest.mark.skip(reason="real AWS does not have this"))
        elif mark := item.get_closest_marker("aws_bug"):
            item.add_marker(pytest.mark.xfail(reason=mark.kwargs["reason"], strict=False))


@pytest.fixture(scope="session")
def bedplate_binary() -> Path:
    path = binary_path()
    if not os.access(path, os.X_OK):
        pytest.fail(f"no binary at {path}: build it, or name one in BEDPLATE_BINARY", pytrace=False)
    return path


@pytest.fixture
def start_server(bedplate_binary, tmp_path_factory):
    """Starts servers of a test's own; what the test leaves running is stopped after it."""
    servers: list[BedplateServer] = []

    def start(config: str | None = None, **options) -> BedplateServer:
        directory = options.pop("directory", None) or tmp_path_factory.mktemp("server")
        server = BedplateServer(directory, config, **options)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def scripted_engine():
    with ScriptedEngine() as engine:
        yield engine
