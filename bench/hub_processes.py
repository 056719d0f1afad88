"""``uzel serve`` and ``uzel worker`` as processes of their own over the home of a bench, and the most memory that each took."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

START_S = 60


@dataclass(frozen=True, slots=True)
class HubProcesses:
    """Address of the web server, and the two processes."""

    url: str
    server: int
    worker: int

    def peak_megabytes(self, process: int) -> float:
        """Of the larger one of a process and those that it started."""
        return max(_peak_megabytes(one) for one in _family(process))

    def forget_peaks(self) -> None:
        """Count from here: what came before, as the hash of a password, which takes 64 MB, is not what is measured."""
        for one in (*_family(self.server), *_family(self.worker)):
            Path(f"/proc/{one}/clear_refs").write_text("5")

    def processor_seconds(self) -> tuple[float, float]:
        """Of the server and of the worker so far."""
        return _processor_seconds(self.server), _processor_seconds(self.worker)


@contextmanager
def hub_processes(home: Path) -> Iterator[HubProcesses]:
    """Server and worker until the end; the tables are there already."""
    port = free_port()
    with (home / "hub.log").open("wb") as log:
        server = _start(["serve", "--port", str(port)], log.fileno())
        worker = _start(["worker"], log.fileno())
        try:
            wait_for(f"http://127.0.0.1:{port}/1c/nobody/")
            yield HubProcesses(f"http://127.0.0.1:{port}", server.pid, worker.pid)
        finally:
            for process in (worker, server):  # with what they started, and without waiting for who still listens
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Until something answers, whatever it says."""
    end = time.monotonic() + START_S
    while True:
        try:
            httpx2.get(url, trust_env=False, timeout=START_S)
            return
        except httpx2.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _family(process: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _processor_seconds(process: int) -> float:
    """Of a process and those that it started."""
    ticks = 0
    for one in _family(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024 / 1e6


def _start(words: list[str], log: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "uzel.cli", *words], stdout=log, stderr=log, start_new_session=True)
