"""A big catalogue in a zip through the exchange page: parts, then import after import, as a base sends it.

Server and worker are processes of their own. Measured are the time from checkauth to the last ``success``, the slowest
reply and the peak memory of both; beside it, in the same run, bare lxml over the same files. An item is about 1 KB of XML
here, goods and offer together, and the portal is none: what becomes of the rows there is the bench ``publish``.
"""

import argparse
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from bench.home import READ_BYTES, in_a_home_of_its_own, open_database, seconds_of
from bench.hub_processes import HubProcesses, hub_processes

DEFAULT_ITEMS = 500_000
LOGIN = ("bench", "bench")
PAUSE_S = 1.0  # of a base between two imports
TIMEOUT_S = 120
WANTED_MEGABYTES, WANTED_REPLY_S = 150, 10


def main(argv: Sequence[str]) -> int:
    """Measure in a process of its own, because a home and its database belong to one process tree."""
    parser = argparse.ArgumentParser(prog="bench catalog_http", description=__doc__)
    parser.add_argument("--items", type=int, default=DEFAULT_ITEMS, help="items of the made-up catalogue")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.catalog_http", home, str(options.items))


def measure(items: int) -> int:
    """Send the catalogue and print what that took; 1 when a reply was late or a process grew."""
    from bench.catalog import bare_lxml
    from bench.catalog_file import write_catalog_files

    home = Path(os.environ["UZEL_HOME"])
    *paths, offers = write_catalog_files(home, items, short=True)
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    archive = _pack(home, paths)
    open_database()
    _make_node()
    with hub_processes(home) as hub:
        base = _Base(hub)
        hub.forget_peaks()
        started, processor = time.monotonic(), sum(hub.processor_seconds())
        base.send(archive)
        sent = time.monotonic() - started
        asked = [base.import_file(path.name) for path in paths]
        seconds = time.monotonic() - started
        processor = sum(hub.processor_seconds()) - processor
        peaks = {"server": hub.peak_megabytes(hub.server), "worker": hub.peak_megabytes(hub.worker)}
    _check(items)
    bare = seconds_of(lambda: bare_lxml(paths), time.process_time)
    print(f"catalog_http: {items} items, {offers} offers, {megabytes:.0f} MB in a zip of {archive.stat().st_size / 1e6:.0f} MB")
    for name, took in _lines(sent, seconds, processor, bare).items():
        print(f"  {name:34} {took:8.1f} s {megabytes / took:8.2f} MB/s {items / took:9.0f} items/s")
    print(f"  of bare lxml, processor {bare / processor:19.3f}")
    print(f"  replies {len(base.replies)}, of them progress {sum(asked)}, the slowest {max(base.replies):.2f} s")
    for name, peak in peaks.items():
        print(f"  peak of the {name} {peak:.0f} MB, wanted at most {WANTED_MEGABYTES}")
    return 0 if max(peaks.values()) <= WANTED_MEGABYTES and max(base.replies) <= WANTED_REPLY_S else 1


def _lines(sent: float, seconds: float, processor: float, bare: float) -> dict[str, float]:
    """What else the machine does matters to the first two, hardly to the others."""
    return {
        "zip sent": sent,
        "sent and read": seconds,
        "processor of server and worker": processor,
        "limit: bare lxml, processor": bare,
    }


class _Base:
    """A lean client: one session of type=catalog."""

    def __init__(self, hub: HubProcesses) -> None:
        self._http = httpx2.Client(base_url=hub.url, auth=LOGIN, timeout=TIMEOUT_S, trust_env=False)
        self.replies: list[float] = []
        lines = self._ask("checkauth").splitlines()
        self._http.headers["Cookie"] = f"{lines[1]}={lines[2]}"
        self._part_bytes = int(self._ask("init").splitlines()[1].removeprefix("file_limit="))

    def send(self, path: Path) -> None:
        """The file in as large parts as are allowed."""
        with path.open("rb") as file:
            for part in iter(lambda: file.read(self._part_bytes), b""):
                _expect(self._ask("file", path.name, part), "success")

    def import_file(self, name: str) -> int:
        """Ask until it is read; how often the answer was ``progress``."""
        asked = 0
        while (said := self._ask("import", name)).startswith("progress"):
            asked += 1
            time.sleep(PAUSE_S)
        _expect(said, "success")
        return asked

    def _ask(self, mode: str, name: str = "", body: bytes | None = None) -> str:
        query = {"type": "catalog", "mode": mode} | ({"filename": name} if name else {})
        started = time.monotonic()
        answer = self._http.request("GET" if body is None else "POST", "/1c/bench/", params=query, content=body)
        self.replies.append(time.monotonic() - started)
        return answer.raise_for_status().text


def _expect(said: str, word: str) -> None:
    if not said.startswith(word):
        raise SystemExit(f"the page said: {said[:500]}")


def _pack(home: Path, paths: Sequence[Path]) -> Path:
    archive = home / "catalogue.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for path in paths:
            with target.open(path.name, "w", force_zip64=True) as entry:
                entry.writelines(_pieces(path))
    return archive


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(READ_BYTES), b"")


def _make_node() -> None:
    from uzel.hub.models import Node, Portal
    from uzel.hub.passwords import hash_password

    secret = {"login": LOGIN[0], "password_hash": hash_password(LOGIN[1])}
    portal = Portal.objects.create(sealed_webhook="")
    Node.objects.create(portal=portal, code="bench", title="Проба", catalog_source=True, **secret)


def _check(items: int) -> None:
    """What is not there or was refused makes the figures worthless."""
    from bench.catalog_file import WITH_VARIANTS
    from uzel.hub.models import NomenclatureRow, Package

    expected = items + len(range(0, items, WITH_VARIANTS)) * 2
    rows = NomenclatureRow.objects.filter(content__isnull=False).count()
    refused = sum(of_kind.get("refused", 0) for one in Package.objects.all() for of_kind in (one.catalog or {}).values())
    if (rows, refused) != (expected, 0):
        raise SystemExit(f"{rows} rows instead of {expected}, {refused} entries refused")


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1])))
