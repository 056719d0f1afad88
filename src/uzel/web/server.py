"""The web server: granian takes the calls, threads answer them as WSGI, and no body keeps a thread for ever.

granian's own WSGI reads a body without a deadline; here each has an :class:`~uzel.web.arrival.Arrival`.
"""

import asyncio
import io
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.rsgi import Scope
from granian.server import Server

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol

from uzel.web.arrival import ARRIVED, Arrival
from uzel.web.places import WORKING
from uzel.web.waiting import ROOM, SEATS

log = logging.getLogger(__name__)

ARRIVING = 100  # threads that may wait for the rest of a body
THREADS = WORKING + SEATS + ARRIVING
READ_BYTES = 256 << 10
LET_GO_SECONDS = 0.05  # for granian to drop a body that nobody reads: until then it does not close the connection
STOP_SECONDS = 30  # for calls under way when the server is told to stop

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WebServer:
    """An application of granian's RSGI around one of WSGI."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, "call")

    async def __rsgi__(self, scope: Scope, protocol: "HTTPProtocol") -> None:
        """Answer one call; the connection is closed behind a body that nobody read to its end."""
        loop = asyncio.get_running_loop()
        variables = variables_of(scope)
        arrival, taking = None, None
        if has_body(variables):
            arrival = Arrival(
                protocol, loop, announced(variables),
                silence_seconds=settings.UZEL_BODY_SILENCE_SECONDS, seconds=settings.UZEL_BODY_SECONDS,
            )  # fmt: skip
            taking = loop.create_task(arrival.take())
        variables["wsgi.input"] = io.BufferedReader(arrival, READ_BYTES) if arrival else io.BytesIO()
        try:
            status, headers, body = await loop.run_in_executor(self._threads, answer, self._application, variables)
        except Exception:
            log.exception("%s %r", scope.method, scope.path)
            status, headers, body = 500, [], b""
        finally:
            if taking:  # before the answer: while somebody reads the body, its connection is not closed
                taking.cancel()
                await asyncio.wait({taking})
                if not (arrival and arrival.is_whole):
                    await asyncio.sleep(LET_GO_SECONDS)
        if arrival and not arrival.is_whole:
            headers.append(("Connection", "close"))
        protocol.response_bytes(status, headers, body)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server stops: nobody waits for news any longer."""
        self.close()

    def close(self) -> None:
        """Let the calls under way end."""
        ROOM.send_home()
        self._threads.shutdown(wait=False)


def variables_of(scope: Scope) -> dict[str, Any]:
    """A call as WSGI wants it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    variables: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        ARRIVED: time.monotonic(),
    }
    for name, value in scope.headers.items():
        _add_header(variables, name, value)
    return variables


def _add_header(variables: dict[str, Any], name: str, value: str) -> None:
    """Of a header that comes several times all values count; a name with ``_`` would be taken for another one."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
    between = "; " if key == "HTTP_COOKIE" else ","
    variables[key] = f"{variables[key]}{between}{value}" if key in variables else value


def has_body(variables: Mapping[str, Any]) -> bool:
    """Whether the call says that something follows its headers."""
    return "HTTP_TRANSFER_ENCODING" in variables or variables.get("CONTENT_LENGTH", "0") != "0"


def announced(variables: Mapping[str, Any]) -> int | None:
    """Bytes of the body as its header says; ``None`` for one that comes in chunks."""
    length = str(variables.get("CONTENT_LENGTH", ""))
    return int(length) if length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in variables else None


def answer(application: Wsgi, variables: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of an answer."""
    started: list[Any] = []
    response = application(variables, lambda status, headers, *_: started.extend((status, headers)))
    try:
        body = b"".join(response)
    finally:
        if close := getattr(response, "close", None):
            close()
    status, headers = started
    return int(status.partition(" ")[0]), list(headers), body


def serve(host: str, port: int) -> None:
    """Until it is told to stop. HTTP/1.1 alone: it is all that 1C and proxies in front of it speak."""
    Server(
        "uzel.web.wsgi:server", address=host, port=port, interface=Interfaces.RSGI, http=HTTPModes.http1, websockets=False,
        workers=1, workers_kill_timeout=STOP_SECONDS,
    ).serve()  # fmt: skip
