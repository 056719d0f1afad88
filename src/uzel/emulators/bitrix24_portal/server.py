"""The wire: HTTP/1.1 with keep-alive, one thread a connection, and connections that may be dropped on purpose."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from uzel.emulators.bitrix24_portal.rest import Answer, Request, Send

Serve = Callable[[Request, Send], Answer]
MAX_LINE_BYTES = 65536


class Server(ThreadingHTTPServer):
    """Listens; knows its connections so that they can be closed when the portal stops."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], serve: Serve, max_body_bytes: int) -> None:
        super().__init__(address, Handler)
        self.serve, self.max_body_bytes = serve, max_body_bytes
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread of its own."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ended."""
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""

    def close_connections(self) -> None:
        """Cut every open connection."""
        with self._connections_lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the portal, writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self._send(Answer(413, b"<html><h1>413 Request Entity Too Large</h1></html>", "text/html"))
            self.close_connection = True
            return
        parts, sent = urlsplit(self.path), []

        def send_now(answer: Answer) -> None:
            sent.append(answer)
            self._send(answer, closes=True)
            self._cut()

        request = Request(
            self.command, parts.path, parts.query, self.headers.get("Content-Type", ""), body, str(self.client_address[0])
        )
        answer = self.server.serve(request, send_now)
        if answer.is_dropped:
            self._cut()
        elif not sent:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - names of the standard library

    def _body(self) -> bytes | None:
        """The whole body, or None when it is too large."""
        limit = self.server.max_body_bytes
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks(limit)
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > limit:
            return None
        return self.rfile.read(int(length))

    def _chunks(self, limit: int) -> bytes | None:
        body = bytearray()
        while True:
            line = self.rfile.readline(MAX_LINE_BYTES).split(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                return None
            if size == 0:
                while self.rfile.readline(MAX_LINE_BYTES).strip():
                    pass
                return bytes(body)
            if size < 0 or len(body) + size > limit:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(MAX_LINE_BYTES)

    def _send(self, answer: Answer, *, closes: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        if closes:
            self.send_header("Connection", "close")
            self.close_connection = True
        # Headers and body in one write: two would meet Nagle and a delayed acknowledgement.
        self._headers_buffer.append(b"\r\n")  # type: ignore[attr-defined]
        if self.command != "HEAD":
            self._headers_buffer.append(answer.body)  # type: ignore[attr-defined]
        self.flush_headers()

    def _cut(self) -> None:
        """End the connection now, so that the client sees neither an answer nor a polite end of one."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console: the journal has it all."""
