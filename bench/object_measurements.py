"""What is measured of objects: puts and gets over S3's API beside nginx, which keeps files."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime
import hashlib
import hmac
import os
import socket
import statistics
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from measurements import Figure, Settings
from processes import Bedplate, CannotMeasure, Nginx

KIB, MIB = 1 << 10, 1 << 20
SIZES_BYTES = (KIB, 64 * KIB, MIB, 16 * MIB, 64 * MIB)
CONNECTIONS = 4
BUCKET = "bench"
PATIENCE_SECONDS = 60

# Neither server waits for the disk: nginx never does.
NOT_SYNCED = '[objects]\ndurability = "rename"\n'

FILES_CONFIG = """
daemon off;
{user}
worker_processes {workers};
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path {directory}/client-body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {directory}/files;
    location / {{
      dav_methods PUT;
      create_full_put_path on;
    }}
  }}
}}
"""


class FileServer(Nginx):
    """nginx with a directory that it serves and accepts files into."""

    def configuration(self, directory: Path, port: int, workers: int) -> str:
        (directory / "files").mkdir(exist_ok=True)
        user = "user root;" if os.geteuid() == 0 else ""
        return FILES_CONFIG.format(workers=workers, directory=directory, port=port, user=user)


def presigned(method: str, url: str, path: str, keys: dict[str, str]) -> str:
    """The target of a request that is good for a day, so that one request can be sent again and
    again without the client's work of signing."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{date[:8]}/us-east-1/s3/aws4_request"
    query = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in (
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{keys['AWS_ACCESS_KEY_ID']}/{scope}"),
            ("X-Amz-Date", date),
            ("X-Amz-Expires", "86400"),
            ("X-Amz-SignedHeaders", "host"),
        )
    )
    canonical = [method, path, query, f"host:{urlsplit(url).netloc}", "", "host"]
    text = "\n".join([*canonical, "UNSIGNED-PAYLOAD"])
    key = f"AWS4{keys['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(text.encode()).hexdigest()]
    )
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{path}?{query}&X-Amz-Signature={signature}"


def exchange(connection: socket.socket, head: bytes, body: bytes, buffer: bytearray) -> None:
    """One request on a connection; the answer is read to its end."""
    if len(body) <= 64 * KIB:
        connection.sendall(head + body)
    else:
        connection.sendall(head)
        connection.sendall(body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(64 * KIB)
        if not piece:
            raise CannotMeasure("a server closed the connection")
        answer += piece
    lines, _, rest = answer.partition(b"\r\n\r\n")
    if not lines.split(b" ", 2)[1].startswith(b"2"):
        raise CannotMeasure(f"a server answered {lines.splitlines()[0].decode()}: {rest[:500]!r}")
    left = -len(rest)
    for line in lines.lower().splitlines():
        if line.startswith(b"content-length:"):
            left += int(line.partition(b":")[2])
    while left > 0:
        count = connection.recv_into(buffer, min(left, len(buffer)))
        if count == 0:
            raise CannotMeasure("a server closed the connection")
        left -= count


def repeat(url: str, method: str, target: str, size: int, seconds: float) -> tuple[int, float]:
    """In a process of its own: the same request for so long. How many were answered, and the
    seconds that took."""
    address = urlsplit(url)
    body = os.urandom(size) if method == "PUT" else b""
    head = f"{method} {target} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n" if method == "PUT" else "\r\n"
    buffer = bytearray(MIB)
    endpoint = (address.hostname, address.port)
    with contextlib.closing(socket.create_connection(endpoint, PATIENCE_SECONDS)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange(connection, head.encode(), body, buffer)
        count, begun = 0, time.perf_counter()
        while (taken := time.perf_counter() - begun) < seconds or count == 0:
            exchange(connection, head.encode(), body, buffer)
            count += 1
    return count, taken


class Target:
    """A server with a key for each connection."""

    def __init__(self, url: str, keys: dict[str, str] | None = None):
        self.url = url
        self.keys = keys

    def target(self, method: str, path: str) -> str:
        return presigned(method, self.url, path, self.keys) if self.keys else path

    def rate(self, pool, method: str, size: int, seconds: float) -> float:
        """Requests a second, over all connections."""
        runs = [
            pool.submit(
                repeat,
                self.url,
                method,
                self.target(method, f"/{BUCKET}/{size}-{i}"),
                size,
                seconds,
            )
            for i in range(CONNECTIONS)
        ]
        return sum(count / taken for count, taken in (run.result() for run in runs))


def bedplate_target(server: Bedplate) -> Target:
    target = Target(server.url, server.credentials())
    address = urlsplit(server.url)
    head = f"PUT {target.target('PUT', f'/{BUCKET}')} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    endpoint = (address.hostname, address.port)
    with contextlib.closing(socket.create_connection(endpoint, PATIENCE_SECONDS)) as connection:
        exchange(connection, (head + "Content-Length: 0\r\n\r\n").encode(), b"", bytearray(KIB))
    return target


def size_text(size: int) -> str:
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def compare(settings: Settings, pool, ours: Target, theirs: Target) -> list[Figure]:
    figures = []
    seconds, turns = settings.choose(1.5, 0.3), settings.choose(3, 1)
    for size in SIZES_BYTES:
        for method in ("PUT", "GET"):
            rates: dict[str, list[float]] = {"bedplate": [], "nginx": []}
            for _ in range(turns):
                rates["bedplate"].append(ours.rate(pool, method, size, seconds))
                rates["nginx"].append(theirs.rate(pool, method, size, seconds))
            settings.keep(f"objects {method} {size}", rates)
            mine, other = statistics.median(rates["bedplate"]), statistics.median(rates["nginx"])
            what = f"{method.lower()} of {size_text(size)} over nginx's"
            note = f"{mine:,.0f} / {other:,.0f} per s, {mine * size / MIB:,.0f} MiB/s"
            figures.append(Figure("j", what, mine / other, "", 0.5, at_least=True, note=note))
    return figures


def objects(settings: Settings) -> list[Figure]:
    """(j): objects of all sizes on four connections, put and got by presigned URLs."""
    place = settings.place("objects")
    workers = os.cpu_count() or 1
    with concurrent.futures.ProcessPoolExecutor(CONNECTIONS) as pool:
        with (
            Bedplate(settings.build, place / "server", configuration=NOT_SYNCED) as server,
            FileServer(place / "nginx", "", workers) as nginx,
        ):
            figures = compare(settings, pool, bedplate_target(server), Target(nginx.url))
        with Bedplate(settings.build, place / "synced") as server:
            rate = bedplate_target(server).rate(pool, "PUT", 64 * KIB, settings.choose(1.5, 0.3))
    return [*figures, Figure("j", "  put of 64 KiB, synced to the disk", rate, "/s")]
