"""A site that does nothing but what no site can do without: it answers, and a body is on the disk before it says so."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from bench.hub_processes import free_port, wait_for

THREADS = 108  # as ``uzel serve``
NO_ORDERS = '<?xml version="1.0" encoding="windows-1251"?>\n<КоммерческаяИнформация ВерсияСхемы="2.09"/>'
ANSWERS: Mapping[str, str] = {
    "checkauth": "success\nbare\n0\nsessid=0\ntimestamp=0",
    "init": "zip=no\nfile_limit=8388608",
    "query": NO_ORDERS,
}


def application(environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The same words for everybody."""
    mode = parse_qs(environ["QUERY_STRING"]).get("mode", [""])[0]
    if environ["REQUEST_METHOD"] == "POST":
        _write(environ["wsgi.input"].read())
    body = ANSWERS.get(mode, "success").encode("windows-1251")
    headers = [("Content-Type", "text/plain; charset=windows-1251"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _write(body: bytes) -> None:
    path = Path(os.environ["UZEL_HOME"]) / f"{uuid4()}.body"
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def bare_site(home: Path) -> Iterator[str]:
    """Its address; the process ends with the context."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--blocking-threads", str(THREADS)]
    with (home / "bare.log").open("wb") as log:
        process = subprocess.Popen([*command, "bench.bare_site:application"], stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
