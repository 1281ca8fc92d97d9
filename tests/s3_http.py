"""Requests for S3 that no SDK would send, signed by hand: any path, any payload line, any framing.

The rules are those of "Authenticating requests (AWS Signature Version 4)" in S3's API reference.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree

from signed_http import RawConnection, RawResponse

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_CHUNKS_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def error_code(response: RawResponse) -> str:
    return ElementTree.fromstring(response.body).findtext("Code")


@dataclass
class Signed:
    """What the chunks of a body need to be signed like the request."""

    headers: dict[str, str]
    key: bytes
    date: str
    scope: str
    signature: str

    def _sign(self, algorithm: str, *lines: str) -> str:
        text = "\n".join([algorithm, self.date, self.scope, self.signature, *lines])
        self.signature = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return self.signature

    def chunk(self, data: bytes) -> bytes:
        signature = self._sign("AWS4-HMAC-SHA256-PAYLOAD", EMPTY_HASH, hash_of(data))
        head = f"{len(data):x};chunk-signature={signature}\r\n".encode()
        return head + data + (b"\r\n" if data else b"")

    def trailer(self, name: str, value: str) -> bytes:
        line = f"{name}:{value}\n".encode()
        signature = self._sign("AWS4-HMAC-SHA256-TRAILER", hash_of(line))
        return f"{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n".encode()


class S3Http:
    """One server, one pair of keys."""

    def __init__(self, server, region: str = "us-east-1"):
        self.url = server.url
        self.authority = urlsplit(server.url).netloc
        self.credentials = server.credentials
        self.region = region

    def sign(self, method: str, target: str, payload: str, headers: dict | None = None) -> Signed:
        """`payload`: the value of x-amz-content-sha256."""
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{date[:8]}/{self.region}/s3/aws4_request"
        given = {"host": self.authority, "x-amz-date": date, "x-amz-content-sha256": payload}
        given |= {name.lower(): value for name, value in (headers or {}).items()}
        path, _, query = target.partition("?")
        pairs = [part.partition("=")[::2] for part in query.split("&") if part]
        encoded = sorted((quote(unquote(n), "-_.~"), quote(unquote(v), "-_.~")) for n, v in pairs)
        canonical_query = "&".join(f"{name}={value}" for name, value in encoded)
        names = ";".join(sorted(given))
        canonical = "\n".join(
            [
                method,
                quote(unquote(path, errors="surrogateescape"), "/-_.~", errors="surrogateescape"),
                canonical_query,
                *(f"{name}:{given[name].strip()}" for name in sorted(given)),
                "",
                names,
                payload,
            ]
        )
        key = f"AWS4{self.credentials.secret_access_key}".encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        to_sign = "\n".join(["AWS4-HMAC-SHA256", date, scope, hash_of(canonical.encode())])
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        given["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.credentials.access_key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return Signed(given, key, date, scope, signature)

    def open(self, method: str, target: str, headers: dict) -> RawConnection:
        """Sends the head of a request; its body is the caller's to send."""
        connection = RawConnection(self.url)
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.send("\r\n".join([*lines, "", ""]).encode())
        return connection

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict | None = None,
        payload: str | None = None,
    ) -> RawResponse:
        """One request with its body as it is."""
        signed = self.sign(method, target, payload or hash_of(body), headers)
        sent = {**signed.headers, "content-length": str(len(body))}
        with self.open(method, target, sent) as connection:
            connection.send(body)
            return connection.read_response(method)
