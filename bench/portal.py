"""The emulated portal with its limits off: commands a second in batches, beside a bare server that answers the same bytes.

Both run in processes of their own and are asked by one client over one connection, in turn, so that the rest of the
machine slows both alike.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from bench.portal_process import ask, portal_process

BATCH = 50
WANTED_COMMANDS_PER_S = 3000
#: answers to any POST with the bytes of a file
BARE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
body = open(sys.argv[1], "rb").read()
class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
Command = Callable[[int], str]
KINDS: Mapping[str, Command] = {
    "add": lambda n: (
        "crm.item.add?" + urlencode({"entityTypeId": 2, "fields[title]": f"Заказ {n}", "fields[originId]": f"x{n}"})
    ),
    "get": lambda n: f"crm.item.get?entityTypeId=2&id={n + 1}",
    "find": lambda n: "crm.item.list?" + urlencode({"entityTypeId": 2, "filter[=originId]": f"x{n}", "start": -1}),
}


def main(argv: Sequence[str]) -> int:
    """Print a line for each kind of command; 1 when one of them is slower than it should be."""
    parser = argparse.ArgumentParser(prog="python -m bench portal", description=__doc__)
    parser.add_argument("--batches", type=int, default=100, help="batches of 50 for each kind")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home, portal_process(Path(home), 1.0, "--no-limits") as url:
        address = str(ask(url, "about")["webhook"]) + "batch"
        rates = [_measure(Path(home), address, kind, options.batches) for kind in KINDS]
    return int(min(rates) < WANTED_COMMANDS_PER_S)


def _measure(home: Path, address: str, kind: str, batches: int) -> float:
    bodies = [{f"c{n}": KINDS[kind](number * BATCH + n) for n in range(BATCH)} for number in range(batches)]
    with httpx2.Client(trust_env=False, timeout=60) as client:
        seconds, answer = _post_all(client, address, bodies)
        same = home / "answer"
        same.write_bytes(answer)
        with subprocess.Popen([sys.executable, "-c", BARE, str(same)], stdout=subprocess.PIPE, text=True) as bare:
            assert bare.stdout is not None
            bare_seconds, _ = _post_all(client, f"http://127.0.0.1:{int(bare.stdout.readline())}/", bodies)
            bare.kill()
    rate = batches * BATCH / seconds
    print(f"{kind:5} {rate:8,.0f} commands/s, a bare server {seconds / bare_seconds:.1f} times as fast")
    return rate


def _post_all(client: httpx2.Client, address: str, bodies: Sequence[Mapping[str, str]]) -> tuple[float, bytes]:
    """Seconds for all batches, and the last answer."""
    started, answer = time.perf_counter(), b""
    for body in bodies:
        got = client.post(address, json={"halt": 0, "cmd": body}).raise_for_status()
        answer = got.content
        if b'"result_error":[]' not in answer and b'"result"' in answer:
            raise RuntimeError(f"a command failed: {answer[:300]!r}")
    return time.perf_counter() - started, answer
