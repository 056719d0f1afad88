"""The emulated portal in a process of its own, so that its work is not ours; and a hub connected to it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.home import open_database

START_S = 30


@contextmanager
def portal_process(home: Path, speed: float, *options: str) -> Iterator[str]:
    """Address of a portal at ``speed``; ``options`` are more words of ``uzel emulate portal``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uzel.cli", "emulate", "portal", "--port", str(port), "--speed", str(speed), *options]
    with (home / "portal.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def ask(url: str, what: str) -> dict[str, Any]:
    """What the portal's control interface says: about, calls, state."""
    answer = httpx2.get(f"{url}/_emulator/{what}", params={"limit": 0}, timeout=60, trust_env=False)
    return dict(answer.raise_for_status().json())


def forget_calls(url: str) -> None:
    """Count from here."""
    httpx2.delete(f"{url}/_emulator/calls", trust_env=False).raise_for_status()


def set_limits(url: str, on: bool) -> None:
    """Take the portal's limits, costs and waiting away, or bring them back."""
    httpx2.post(f"{url}/_emulator/limits", json={"on": on}, trust_env=False).raise_for_status()


def arm(url: str, fault: dict[str, Any]) -> None:
    """Let the portal misbehave."""
    httpx2.post(f"{url}/_emulator/faults", json=fault, trust_env=False).raise_for_status()


def connect_hub(url: str, speed: float) -> int:
    """A new hub on the portal with one base, ``bench``; returns the portal's id in our tables."""
    open_database()
    from uzel.flows.portal.connect_portal import connect
    from uzel.flows.setup.set_up_portal import set_up
    from uzel.hub.models import Node

    portal, _ = connect(ask(url, "about")["webhook"], speed=speed)
    Node.objects.create(portal=portal, code="bench", title="Проба", login="bench", password_hash="", profile="bitrix")
    if not all(check.passed for check in set_up(portal)):
        raise RuntimeError("the portal could not be set up")
    return int(portal.pk)


def _wait_for(url: str) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            ask(url, "about")
            return
        except httpx2.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
