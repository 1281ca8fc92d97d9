"""HTTP requests that no SDK would send, with a signature made by botocore.

The bytes go out as given: no normalising of paths, no added headers but those named here.
"""

from __future__ import annotations

import datetime
import json
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.eventstream
import pytest

RESPONSE_SECONDS_MAX = 60


@dataclass
class RawResponse:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    head_bytes: bytes = b""
    interim: list[int] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        for found, value in self.headers:
            if found.lower() == name.lower():
                return value
        return None

    def json(self):
        return json.loads(self.body)

    @property
    def error_type(self) -> str:
        """The error's name, as SDKs cut it out of the header."""
        return (self.header("x-amzn-errortype") or "").partition(":")[0]

    @property
    def message(self) -> str:
        document = self.json()
        return document.get("message", document.get("Message"))

    def frames(self) -> list[Frame]:
        return decode_frames(self.body)


@dataclass
class Frame:
    """One event-stream message, decoded by botocore (checksums included)."""

    headers: dict[str, str]
    payload: bytes

    @property
    def event(self) -> str:
        return self.headers.get(":event-type") or self.headers.get(":exception-type", "")

    def json(self):
        return json.loads(self.payload)


def decode_frames(data: bytes) -> list[Frame]:
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(data)
    return [Frame(dict(message.headers), message.payload) for message in buffer]


class RawConnection:
    """One TCP connection to a server, HTTP/1.1 by hand."""

    def __init__(
        self,
        url: str,
        timeout: float = RESPONSE_SECONDS_MAX,
        tls: ssl.SSLContext | None = None,
    ):
        address = urlsplit(url)
        self.authority = address.netloc
        port = address.port or (443 if address.scheme == "https" else 80)
        self.socket = socket.create_connection((address.hostname, port), timeout)
        if address.scheme == "https":
            context = tls or ssl.create_default_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=address.hostname)
        self._reader = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_response(self, method: str = "POST") -> RawResponse:
        interim = []
        while True:
            status, headers, head = self._read_head()
            if status >= 200:
                break
            interim.append(status)
        response = RawResponse(status, headers, b"", head, interim)
        response.body = b"" if method == "HEAD" else self._read_body(response)
        return response

    def _read_head(self) -> tuple[int, list[tuple[str, str]], bytes]:
        lines = [self._reader.readline()]
        if not lines[0]:
            raise ConnectionError("the server closed the connection without an answer")
        status = int(lines[0].split()[1])
        headers = []
        while (line := self._reader.readline()) not in (b"\r\n", b""):
            lines.append(line)
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name, value.strip()))
        return status, headers, b"".join(lines)

    def _read_body(self, response: RawResponse) -> bytes:
        if (response.header("transfer-encoding") or "").lower() == "chunked":
            return b"".join(self.read_chunks())
        length = int(response.header("content-length") or 0)
        body = self._reader.read(length)
        if len(body) != length:
            raise ConnectionError(f"the body ends after {len(body)} of {length} bytes")
        return body

    def read_chunks(self):
        """Yields each chunk as it arrives. Raises ConnectionError when the body breaks off."""
        while True:
            line = self._reader.readline()
            if not line:
                raise ConnectionError("the chunked body breaks off")
            size = int(line.split(b";")[0], 16)
            data = self._reader.read(size)
            self._reader.readline()
            if size == 0:
                return
            yield data

    def read_pieces(self, length: int):
        """Yields a body of that many bytes as it arrives; less when it breaks off."""
        while length > 0 and (piece := self._reader.read1(min(length, 1 << 20))):
            length -= len(piece)
            yield piece

    def read_head(self) -> RawResponse:
        """The head alone, for streams whose body is read chunk by chunk."""
        status, headers, head = self._read_head()
        return RawResponse(status, headers, b"", head)

    def is_closed_by_peer(self, seconds: float = 10) -> bool:
        """Waits for the server's end of the connection; what still arrives is thrown away."""
        self.socket.settimeout(seconds)
        try:
            while self._reader.read(65536):
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def close(self) -> None:
        self._reader.close()
        self.socket.close()

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class SignedHttp:
    """Sends raw requests to one server with one pair of keys."""

    def __init__(self, url: str, access_key_id: str, secret_access_key: str, region: str):
        self.url = url
        self.authority = urlsplit(url).netloc
        self.keys = botocore.credentials.Credentials(access_key_id, secret_access_key)
        self.region = region

    def sign(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        keys: botocore.credentials.Credentials | None = None,
        service: str = "bedrock",
        region: str | None = None,
        at: datetime.datetime | None = None,
    ) -> dict[str, str]:
        """The headers to send, signature included. `at` moves the signature in time."""
        request = botocore.awsrequest.AWSRequest(
            method, f"http://{self.authority}{target}", dict(headers or {}), body
        )
        signer = botocore.auth.SigV4Auth(keys or self.keys, service, region or self.region)
        with pytest.MonkeyPatch.context() as patch:
            if at is not None:
                patch.setattr(botocore.auth, "get_current_datetime", lambda *_: at)
            signer.add_auth(request)
        return dict(request.headers)

    def head_bytes(self, method: str, target: str, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def request_bytes(self, method: str, target: str, body: bytes = b"", **options) -> bytes:
        """A whole signed request."""
        headers = dict(options.pop("headers", None) or {})
        if body or method in ("POST", "PUT"):
            headers.setdefault("Content-Type", "application/json")
        signed = self.sign(method, target, body, headers, **options)
        signed["Content-Length"] = str(len(body))
        return self.head_bytes(method, target, signed) + body

    def connect(self, timeout: float = RESPONSE_SECONDS_MAX) -> RawConnection:
        return RawConnection(self.url, timeout)

    def send(self, method: str, target: str, body=b"", **options) -> RawResponse:
        """One signed request on a connection of its own."""
        return self.send_bytes(
            self.request_bytes(method, target, _to_bytes(body), **options), method
        )

    def send_bytes(self, data: bytes, method: str = "POST") -> RawResponse:
        with self.connect() as connection:
            connection.send(data)
            return connection.read_response(method)

    def send_unsigned(
        self, method: str, target: str, body=b"", headers: dict[str, str] | None = None
    ) -> RawResponse:
        """A request with exactly these headers, Host and Content-Length."""
        data = _to_bytes(body)
        given = {**(headers or {}), "Content-Length": str(len(data))}
        return self.send_bytes(self.head_bytes(method, target, given) + data, method)


def _to_bytes(body) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
