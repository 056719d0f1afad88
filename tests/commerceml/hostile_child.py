"""Reads every hostile file in this one process and prints what came of each and the peak of its memory."""

import ctypes
import gc
import json
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.commerceml.hostile_files import ANYWHERE, FLOWING, INSIDE, PLACES, Make
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.counterparty_file import read_counterparty_file
from uzel.commerceml.errors import PackageError
from uzel.commerceml.reader import read_documents
from uzel.commerceml.references import read_references
from uzel.commerceml.sniff import contents_of

ADDRESS_SPACE_BYTES = 2 << 30  # a runaway ends in a MemoryError here, not in a full machine
READERS: Mapping[str, Callable[[Iterable[bytes]], Any]] = {
    "contents": contents_of,
    "documents": read_documents,
    "catalogue": read_catalog,
    "references": read_references,
    "counterparties": read_counterparty_file,
}


def _peak_mb() -> float:
    """Since the last :func:`_begin_anew`."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def _begin_anew() -> None:
    """Give back what the file before has left, and forget its peak."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def _outcome(read: Callable[[Iterable[bytes]], Any], make: Make) -> str:
    try:
        found = read(make())
        if not isinstance(found, str):
            deque(found, maxlen=0)
    except PackageError as error:
        return error.code if error.reason else "no reason"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"


def _all() -> Iterator[tuple[str, str, str, Make]]:
    for what, make in ANYWHERE.items():
        for who in READERS:
            yield "anywhere", what, who, make
    for what, made_in in INSIDE.items():
        for who, place in PLACES.items():
            yield "inside", what, who, made_in(place)
    for who, kinds in FLOWING.items():
        for what, make in kinds.items():
            yield "flowing", what, who, make


def main() -> None:
    """A line a file and reader: kind, what, who, outcome, peak in MB above what stood before it."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    for kind, what, who, make in _all():
        _begin_anew()
        before = _peak_mb()
        outcome = _outcome(READERS[who], make)
        print(json.dumps([kind, what, who, outcome, round(_peak_mb() - before, 1)]), flush=True)


if __name__ == "__main__":
    main()
