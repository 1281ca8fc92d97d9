"""The server and the clients that the conformance tests use.

One server a worker, with the real engine and the default configuration: what `bedplate serve`
gives somebody who configured nothing. With --aws the same tests call real AWS.
"""

from __future__ import annotations

import boto3
import botocore.config
import botocore.session
import pytest

from bedplate_server import BedplateServer
from conversations import REGION
from signed_http import SignedHttp

# An answer may take long on a loaded machine, but no test waits for ever.
CLIENT_CONFIG = botocore.config.Config(
    region_name=REGION,
    retries={"total_max_attempts": 1},
    connect_timeout=5,
    read_timeout=90,
    max_pool_connections=32,
)


@pytest.fixture(scope="session")
def on_aws(request) -> bool:
    return request.config.getoption("--aws")


@pytest.fixture(scope="session")
def server(on_aws, request, tmp_path_factory):
    """The running server; None with --aws."""
    if on_aws:
        yield None
        return
    request.getfixturevalue("bedplate_binary")
    with BedplateServer(tmp_path_factory.mktemp("conformance")) as running:
        yield running


@pytest.fixture(scope="session")
def credentials(server):
    return server.credentials if server else None


@pytest.fixture(scope="session")
def make_client(server, credentials):
    """Makes boto3 clients; what a test gives wins over the defaults."""

    def make(service: str = "bedrock-runtime", config=None, running=None, **options):
        target = running or server
        if target:
            keys = target.credentials if running else credentials
            options.setdefault("endpoint_url", target.url)
            options.setdefault("aws_access_key_id", keys.access_key_id)
            options.setdefault("aws_secret_access_key", keys.secret_access_key)
        merged = CLIENT_CONFIG.merge(config) if config else CLIENT_CONFIG
        # A session of its own: the default one is shared and not safe for threads.
        return boto3.session.Session().client(service, config=merged, **options)

    return make


@pytest.fixture(scope="session")
def runtime(make_client):
    return make_client("bedrock-runtime")


@pytest.fixture(scope="session")
def control(make_client):
    return make_client("bedrock")


@pytest.fixture(scope="session")
def unchecked_config():
    """Switches botocore's own validation off: the server must see the bad input."""
    return botocore.config.Config(parameter_validation=False)


@pytest.fixture(scope="session")
def unchecked(make_client, unchecked_config):
    return make_client("bedrock-runtime", unchecked_config)


@pytest.fixture(scope="session")
def unchecked_control(make_client, unchecked_config):
    return make_client("bedrock", unchecked_config)


@pytest.fixture
def bearer_client(server, monkeypatch):
    """Makes clients that have an API key and nothing else."""

    def make(service: str = "bedrock-runtime", token: str | None = None):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", token or server.api_key)
        return boto3.session.Session().client(
            service, config=CLIENT_CONFIG, endpoint_url=server.url
        )

    return make


@pytest.fixture(scope="session")
def http(on_aws, server, credentials) -> SignedHttp:
    """Raw, signed requests: for what no SDK can be made to send."""
    if on_aws:
        keys = botocore.session.get_session().get_credentials()
        return SignedHttp(
            f"https://bedrock-runtime.{REGION}.amazonaws.com",
            keys.access_key,
            keys.secret_key,
            REGION,
        )
    return SignedHttp(server.url, credentials.access_key_id, credentials.secret_access_key, REGION)
