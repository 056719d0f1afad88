"""The wire over real sockets: connections that are refused, cut, silent, kept."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from uzel.bitrix24.errors import OutcomeUnknown, PortalError, Unavailable
from uzel.bitrix24.wire import open_http, post

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"result":1}'


class RawServer:
    """Reads one request at a time and writes back the bytes of the script; None keeps silent, b"" hangs up."""

    def __init__(self, script: list[bytes | None]) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}/rest/1/code/"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        while self.script:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        while self.script:
            request = self.read(connection)
            if not request:
                return
            self.requests.append(request)
            answer = self.script.pop(0)
            if answer is None:
                self.over.wait(5)
                return
            if not answer:
                return
            connection.sendall(answer)
            if answer is not OK:
                return

    def read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def stop(self) -> None:
        self.over.set()
        self.listener.close()
        self.thread.join()


@contextmanager
def serving(*script: bytes | None) -> Iterator[tuple[RawServer, httpx2.Client]]:
    server = RawServer(list(script))
    with open_http(read_timeout_seconds=0.3) as http:
        yield server, http
    server.stop()


def test_one_connection_serves_many_calls() -> None:
    with serving(OK, OK, OK) as (server, http):
        for _ in range(3):
            assert post(http, server.base, "m", {"a": "ё"}).body == {"result": 1}
        assert server.connections == 1
        assert server.requests[0].endswith('\r\n\r\n{"a":"ё"}'.encode())


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"result\":",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"res",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxxx",
        b"HTTP/1.1 ",
        b"220 mail.example.org ESMTP\r\n\r\n",
    ],
    ids=["hung up", "silent", "short body", "short chunk", "no gzip", "half a line", "no HTTP"],
)  # fmt: skip
def test_a_request_without_an_answer_may_have_been_executed(answer: bytes | None) -> None:
    with serving(answer) as (server, http), pytest.raises(OutcomeUnknown):
        post(http, server.base, "m", {})
    assert len(server.requests) == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with open_http() as http, pytest.raises(Unavailable) as caught:
        post(http, f"http://127.0.0.1:{port}/rest/1/code/", "m", {})
    assert caught.value.code == "NO_CONNECTION"


def test_loopback_is_reached_without_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(OK) as (server, http):
        assert post(http, server.base, "m", {}).body == {"result": 1}


def test_every_error_of_the_wire_is_a_portal_error() -> None:
    with serving(b"") as (server, http), pytest.raises(PortalError) as caught:
        post(http, server.base, "m", {})
    assert "code" not in str(caught.value)
