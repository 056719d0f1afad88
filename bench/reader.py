"""Reading a big file of orders: our records beside two bare parsers that build none. Speed, and memory at two sizes.

Every run is a process of its own, so that its peak memory is its own. Seconds are those of the processor: the readers
have one thread and the file lies in memory, so what else the machine does matters little.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from lxml import etree

from bench.order_file import MEGABYTE, NAMESPACE, write_order_file
from uzel.commerceml.reader import read_documents

DOCUMENT = f"{{{NAMESPACE}}}Документ"
CHUNK_BYTES = 64 * 1024
ROUNDS = 3
SMALL_PART = 10  # memory is measured at the full size and at a tenth of it
WANTED_SHARE, WANTED_MEGABYTES = 0.5, 100


@dataclass(frozen=True)
class Run:
    """One reader over one file, the best of its rounds."""

    documents: int
    seconds: float
    peak_megabytes: float


def _ours(path: str) -> int:
    return sum(1 for document in read_documents(chunks(path)) if document.fatal is None)


def chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _lxml(path: str) -> int:
    count = 0
    for _, element in etree.iterparse(path, events=("end",), tag=DOCUMENT):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def _etree(path: str) -> int:
    count = 0
    for _, element in ElementTree.iterparse(path):
        if element.tag == DOCUMENT:
            count += 1
            element.clear()
    return count


READERS: Mapping[str, Callable[[str], int]] = {
    "uzel read_documents, records": _ours,
    "bare lxml.iterparse": _lxml,
    "bare xml.etree.iterparse": _etree,
}
OURS, BARE = "uzel read_documents, records", "bare lxml.iterparse"


def measure(name: str, path: Path) -> Run:
    """Run one reader in a fresh process."""
    command = [sys.executable, "-m", "bench.reader", "--measure", name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def _measure_here(name: str, path: str) -> None:
    begun = time.process_time()
    documents = READERS[name](path)
    seconds = time.process_time() - begun
    print(json.dumps({"documents": documents, "seconds": seconds, "peak_megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """Peak memory of this process. ru_maxrss of a child may be its parent's, so the kernel's own count comes first."""
    try:
        status = Path("/proc/self/status").read_text()
        kilobytes = int(status.split("VmHWM:")[1].split()[0])
    except (OSError, IndexError):
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024 / MEGABYTE


def _best(path: Path, rounds: int) -> dict[str, Run]:
    found: dict[str, Run] = {}
    for _ in range(rounds):
        for name in READERS:
            run = measure(name, path)
            if name not in found or run.seconds < found[name].seconds:
                found[name] = run
    return found


def main(argv: Sequence[str]) -> int:
    """Print the table; exit status 1 when less was reached than is wanted."""
    parser = argparse.ArgumentParser(prog="bench reader", description="Speed and memory of reading a file of orders")
    parser.add_argument("--megabytes", type=int, default=300, help="size of the generated file")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--measure", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.measure:
        _measure_here(*options.measure)
        return 0
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as folder:
        small, big = (Path(folder) / name for name in ("small.xml", "big.xml"))
        small_megabytes = max(1, options.megabytes // SMALL_PART)
        write_order_file(small, small_megabytes)
        documents = write_order_file(big, options.megabytes)
        at_small = {name: measure(name, small) for name in READERS}
        at_big = _best(big, options.rounds)
        return _report(at_small, at_big, small.stat().st_size, big.stat().st_size, documents)


def _report(at_small: Mapping[str, Run], at_big: Mapping[str, Run], small_bytes: int, big_bytes: int, documents: int) -> int:
    small_megabytes, big_megabytes = small_bytes / MEGABYTE, big_bytes / MEGABYTE
    sizes = f"{small_megabytes:.0f} / {big_megabytes:.0f} MB"
    print(f"reader: {documents} orders, {big_megabytes:.0f} MB")
    print(f"{'':32}{'MB/s':>8}{'orders/s':>10}{'of bare lxml':>14}   peak MB at {sizes}")
    for name, run in at_big.items():
        speed, share = big_megabytes / run.seconds, at_big[BARE].seconds / run.seconds
        memory = f"{at_small[name].peak_megabytes:.0f} / {run.peak_megabytes:.0f}"
        print(f"{name:32}{speed:8.1f}{run.documents / run.seconds:10.0f}{share:14.2f}   {memory}")
    ours, share = at_big[OURS], at_big[BARE].seconds / at_big[OURS].seconds
    assert ours.documents == documents, f"{ours.documents} of {documents} orders were read"
    reached = share >= WANTED_SHARE and ours.peak_megabytes < WANTED_MEGABYTES
    print(
        f"wanted: at least {WANTED_SHARE} of bare lxml, under {WANTED_MEGABYTES} MB: {'reached' if reached else 'NOT REACHED'}"
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
