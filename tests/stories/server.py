"""The hub's web server in a thread of the test; a request may meet its death, then the caller sees the connection break."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from tests.stories.doom import die_in

CONNECTION = "stories.connection"


class Handler(WSGIRequestHandler):
    """Quiet, and it tells the application by which connection the request came."""

    disable_nagle_algorithm = True  # else every answer waits 40 ms for its body

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {CONNECTION: self.connection}

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""


class Web:
    """The hub's application behind a server. ``doom``: at which step the next requests die, oldest first; 0 spares one."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.doom: list[int] = []
        self._application = application
        self._server = ThreadedWSGIServer(("127.0.0.1", 0), Handler)
        self._server.set_app(self._serve)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        at = self.doom.pop(0) if self.doom and "/1c/" in environ["PATH_INFO"] else 0
        if not at:
            return self._application(environ, start_response)
        die_in(lambda: list(self._application(environ, lambda *_: None)), at)
        with suppress(OSError):
            environ[CONNECTION].shutdown(socket.SHUT_RDWR)  # whether it died or had answered: nobody hears of it
        start_response("200 OK", [("Content-Length", "0")])
        return []


@contextmanager
def serving() -> Iterator[Web]:
    from uzel.web.wsgi import application

    web = Web(application)
    try:
        yield web
    finally:
        web.stop()
