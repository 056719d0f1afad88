"""A front proxy that spoils what it passes on, in one of the ways that proxies of the field do."""

import gzip
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Faults:
    """What this front does wrong; nothing unless told."""

    strips_basic: bool = False
    strips_cookie: bool = False
    packs: bool = False
    redirects: bool = False
    most_bytes: int = 0
    mark: bool = False
    appends: bytes = b""
    charset_first: bool = False
    caches: bool = False
    own_password: bool = False
    only_get: bool = False
    hides_root: bool = False
    speaks_html: bool = False
    hangs_up: bool = False
    forgets_length: bool = False


class _Handler(BaseHTTPRequestHandler):
    upstream, faults = "", Faults()
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def log_message(self, *_: object) -> None:
        pass

    def _pass(self) -> None:
        self.close_connection = True
        faults, size = self.faults, int(self.headers.get("Content-Length") or 0)
        if faults.hangs_up:
            return
        if faults.redirects:
            self._answer(301, [("Location", "https://elsewhere.example/")], b"")
        elif faults.own_password:
            self._answer(401, [("WWW-Authenticate", 'Basic realm="front"')], b"<html>401</html>")
        elif faults.speaks_html or (faults.hides_root and not self.path.startswith("/1c/")):
            self._answer(404, [("Content-Type", "text/html")], b"<html>nginx</html>")
        elif faults.only_get and self.command == "POST":
            self._answer(405, [], b"")
        elif faults.most_bytes and size > faults.most_bytes:
            self._answer(413, [], b"<html>413 Request Entity Too Large</html>")
        else:
            self._forward(size)

    def _forward(self, size: int) -> None:
        drop = {"basic": self.faults.strips_basic, "cookie": self.faults.strips_cookie}
        left_out = {"host", *(["authorization"] if drop["basic"] else []), *(["cookie"] if drop["cookie"] else [])}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        connection.request(self.command, self.path, self.rfile.read(size) if size else None, headers)
        answer = connection.getresponse()
        body, told = answer.read(), dict(answer.getheaders())
        connection.close()
        self._spoil(answer.status, told, body)

    def _spoil(self, status: int, told: dict[str, str], body: bytes) -> None:
        faults = self.faults
        for name in ("Content-Length", "Date", "Server", "Connection", "Transfer-Encoding"):
            told.pop(name, None)
        if faults.mark:
            body = b"\xef\xbb\xbf" + body
        body += faults.appends
        if faults.packs:
            body, told["Content-Encoding"] = gzip.compress(body), "gzip"
        if faults.charset_first:
            told["Content-Type"] += "; boundary=x"
        if faults.caches:
            told["Age"] = "17"
        self._answer(status, list(told.items()), body)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not self.faults.forgets_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def front(upstream: str, **faults: Any) -> Iterator[str]:
    """A front before the hub; yields its address."""
    made = replace(Faults(), **faults)
    handler = type("Front", (_Handler,), {"upstream": upstream, "faults": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
