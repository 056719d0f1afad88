"""A portal without limits and waiting, and one way to start others."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[RunningPortal, Client]]]:
    """``start(limits=False, options=…)`` → a running portal and its client; both end with the test."""
    running: list[tuple[RunningPortal, Client]] = []

    def begin(**settings: Any) -> tuple[RunningPortal, Client]:
        portal = start_portal(0, **settings)
        running.append((portal, Client(portal)))
        return running[-1]

    yield begin
    for portal, client in running:
        client.close()
        portal.stop()


@pytest.fixture
def portal(start: Callable[..., tuple[RunningPortal, Client]]) -> RunningPortal:
    return start(limits=False)[0]


@pytest.fixture
def rest(portal: RunningPortal) -> Iterator[Client]:
    client = Client(portal)
    yield client
    client.close()


@pytest.fixture
def with_options(start: Callable[..., tuple[RunningPortal, Client]]) -> Callable[..., Client]:
    """A client of a portal without limits whose switches stand otherwise."""
    return lambda **changes: start(limits=False, options=Options(**changes))[1]


class Receiver:
    """What the portal's events arrive at."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.forms.append(
                    {**dict(parse_qsl(body)), "content-type": self.headers["Content-Type"], "path": self.path}
                )
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/portal/main/events"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def names(self) -> list[tuple[str, str]]:
        return [(form["event"], form.get("data[FIELDS][ID]", "")) for form in self.forms]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()
