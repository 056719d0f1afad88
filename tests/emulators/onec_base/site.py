"""A scripted exchange page on a real socket: answers byte for byte, remembers what was asked."""

import base64
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HTML_1251 = "text/html; charset=windows-1251"
XML_1251 = "application/xml; charset=windows-1251"


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    content_type: str = HTML_1251
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    announce: int | None = None  # Content-Length when it lies; the connection closes after the body


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query

    @property
    def mode(self) -> str:
        return parse_qs(self.query).get("mode", [""])[0]

    @property
    def filename(self) -> str:
        return parse_qs(self.query).get("filename", [""])[0]

    @property
    def login(self) -> str:
        return base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()


CHECKAUTH = Reply(b"success\nPHPSESSID\nabc123\nsessid=t0ken\n")
EMPTY = (
    '<?xml version="1.0" encoding="windows-1251"?>\n<КоммерческаяИнформация ВерсияСхемы="2.05"'
    ' ДатаФормирования="2024-03-05T09:00:00"></КоммерческаяИнформация>'
)


def xml(text: str, encoding: str = "windows-1251") -> Reply:
    return Reply(text.encode(encoding), f"application/xml; charset={encoding}")


@dataclass
class Site:
    """``answers[mode]`` are given one after another, the last one again and again."""

    url: str = ""
    answers: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = {
            "checkauth": [CHECKAUTH],
            "init": [Reply(b"zip=no\nfile_limit=204800")],
            "query": [xml(EMPTY)],
            "success": [Reply(b"success\n")],
            "file": [Reply(b"success")],
            "import": [Reply(b"success\n")],
            "info": [xml(EMPTY)],
        }

    def reply(self, mode: str, *replies: Reply | bytes | str) -> None:
        made = [
            one if isinstance(one, Reply) else Reply(one.encode("cp1251") if isinstance(one, str) else one) for one in replies
        ]
        self.answers[mode] = made

    def next_reply(self, mode: str) -> Reply:
        listed = self.answers[mode]
        return listed.pop(0) if len(listed) > 1 else listed[0]

    @property
    def modes(self) -> list[str]:
        return [one.mode for one in self.asked]

    @property
    def queries(self) -> list[str]:
        return [f"{one.method} {one.query}" for one in self.asked]

    def files(self) -> list[bytes]:
        return [one.body for one in self.asked if one.mode == "file"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: no waiting for a delayed acknowledgement
    site: Site

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.site.asked.append(asked)
        reply = self.site.next_reply(asked.mode)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) if reply.announce is None else reply.announce))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        # A client that lost its answer is gone already.
        with contextlib.suppress(ConnectionError):
            self.wfile.write(reply.body)
        self.close_connection = reply.announce is not None

    do_GET = do_POST = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """The record is in ``asked``."""


@contextlib.contextmanager
def serve_site() -> Iterator[Site]:
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}/1c/shop"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
