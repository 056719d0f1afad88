"""The hub's own web server in a thread of the test, and a client that may misbehave on the wire."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from uzel.web.server import WebServer

PATIENCE_SECONDS = 20


@contextmanager
def serving() -> Iterator[int]:
    """The port of the server."""
    from uzel.web.wsgi import application

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = WebServer(application)
    server = Server(web, address="127.0.0.1", port=port, interface=Interfaces.RSGI, http=HTTPModes.http1, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(),), daemon=True)
    thread.start()
    _wait_for(port)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(PATIENCE_SECONDS)
        web.close()
        loop.close()


def _wait_for(port: int) -> None:
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return


@dataclass(frozen=True)
class Heard:
    """An answer as it stands on the wire."""

    status: int
    headers: str
    body: str


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self._rest = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, method: str, target: str, headers: dict[str, Any], body: bytes = b"") -> "Wire":
        """A request as far as its ``body`` goes; nothing is added to what is given."""
        lines = [f"{method} {target} HTTP/1.1", "Host: hub", *(f"{name}: {value}" for name, value in headers.items())]
        return self.more("\r\n".join([*lines, "", ""]).encode() + body)

    def more(self, data: bytes) -> "Wire":
        """More bytes of it."""
        self.socket.sendall(data)
        return self

    def hear(self) -> Heard:
        """The answer, whole."""
        head = self._until(lambda seen: b"\r\n\r\n" in seen).partition(b"\r\n\r\n")[0].decode()
        length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        whole = self._until(lambda seen: len(seen.partition(b"\r\n\r\n")[2]) >= length)
        body, self._rest = whole.partition(b"\r\n\r\n")[2], b""
        return Heard(int(head.split(" ")[1]), head.lower(), body[:length].decode(errors="replace"))

    def is_closed(self) -> bool:
        """Whether the server has hung up."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def _until(self, enough: Callable[[bytes], bool]) -> bytes:
        while not enough(self._rest):
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionError(self._rest)
            self._rest += data
        return self._rest
