"""TLS: a generated certificate, ALPN, and both HTTP versions under it."""

from __future__ import annotations

import http.client
import socket
import ssl
import stat
import subprocess

import boto3
import pytest

from audit_log import event_of
from bedplate_server import BedplateServer, parse_exports
from conversations import CLAUDE, REGION, stream_text, text_of, user
from signed_http import RawConnection, SignedHttp

pytestmark = pytest.mark.bedplate_only


@pytest.fixture(scope="module")
def tls_server(bedplate_binary, tmp_path_factory):
    with BedplateServer(tmp_path_factory.mktemp("tls"), "[tls]\ngenerate = true\n") as running:
        yield running


def trusting_context(server, *protocols: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.data_dir / "tls-certificate.pem")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


# `bedplate env` says what the banner says, the certificate's file included.
def test_exports_name_the_certificate(tls_server):
    banner = parse_exports("\n".join(tls_server.stdout_lines))
    assert banner["AWS_CA_BUNDLE"] == str(tls_server.data_dir / "tls-certificate.pem")
    assert tls_server.exports() == banner


# boto3 needs no more than what the server printed at its start.
def test_boto3(tls_server, monkeypatch):
    assert tls_server.url.startswith("https://")
    for name, value in parse_exports("\n".join(tls_server.stdout_lines)).items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("bedrock-runtime")
    assert text_of(client.converse(modelId=CLAUDE, messages=[user("Hello")]))
    stream = client.converse_stream(modelId=CLAUDE, messages=[user("Hello")])["stream"]
    assert stream_text(stream)


# The key is its owner's alone.
def test_key_is_private(tls_server):
    mode = (tls_server.data_dir / "tls-key.pem").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


# HTTP/2 where the client offers it, else HTTP/1.1, also for a client that knows no ALPN.
@pytest.mark.parametrize(
    "offered, chosen",
    [
        (("h2", "http/1.1"), "h2"),
        (("http/1.1", "h2"), "h2"),
        (("http/1.1",), "http/1.1"),
        ((), None),
    ],
)
def test_alpn(tls_server, offered, chosen):
    context = trusting_context(tls_server, *offered)
    with socket.create_connection((tls_server.host, tls_server.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            assert secure.selected_alpn_protocol() == chosen
            assert secure.version() in ("TLSv1.2", "TLSv1.3")


# The certificate is good for the name and for the addresses.
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_certificate_names(tls_server, name):
    context = trusting_context(tls_server)
    with socket.create_connection((tls_server.host, tls_server.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname=name):
            pass


# The audit trail tells how a request came.
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_audit(tls_server, version):
    context = trusting_context(tls_server)
    context.minimum_version = context.maximum_version = version
    connection = http.client.HTTPSConnection(
        "localhost", tls_server.port, timeout=30, context=context
    )
    connection.connect()
    version_name, cipher = connection.sock.version(), connection.sock.cipher()[0]
    connection.request("GET", "/foundation-models")
    answer = connection.getresponse()
    assert answer.status == 403
    event = event_of(tls_server.data_dir, answer.headers["x-amzn-requestid"])
    connection.close()
    assert event["tlsDetails"] == {
        "tlsVersion": version_name,
        "cipherSuite": cipher,
        "clientProvidedHostHeader": f"localhost:{tls_server.port}",
    }


# Old versions of TLS are not spoken.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(tls_server):
    context = trusting_context(tls_server)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection((tls_server.host, tls_server.port), 10) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_hostname="localhost")


# HTTP in clear on the TLS port harms nobody.
def test_clear_text_on_the_tls_port(tls_server):
    with RawConnection(f"http://{tls_server.host}:{tls_server.port}", 15) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.is_closed_by_peer(15)
    with socket.create_connection((tls_server.host, tls_server.port), 10) as plain:
        with trusting_context(tls_server).wrap_socket(plain, server_hostname="localhost"):
            pass


# A second start takes the same certificate: clients that trust it go on trusting it.
def test_certificate_is_kept(start_server):
    first = start_server("[tls]\ngenerate = true\n")
    before = (first.data_dir / "tls-certificate.pem").read_bytes()
    first.stop()
    second = start_server("[tls]\ngenerate = true\n", directory=first.directory)
    assert (second.data_dir / "tls-certificate.pem").read_bytes() == before


# A certificate of one's own.
def test_given_certificate(start_server, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    server = start_server(
        f'[tls]\ncertificate = "{tmp_path}/certificate.pem"\nprivate_key = "{tmp_path}/key.pem"\n'
    )
    context = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    keys = server.credentials
    http = SignedHttp(
        f"https://localhost:{server.port}", keys.access_key_id, keys.secret_access_key, REGION
    )
    with RawConnection(http.url, 60, tls=context) as connection:
        connection.send(http.request_bytes("GET", "/foundation-models"))
        assert connection.read_response("GET").status == 200
