"""The feed archive: bytes under their SHA-256, packed with zstd, on disk and flushed before anybody is answered.

    UZEL_HOME/feeds/ab/cd/<sha256>.zst

A file gets its name only when it is whole, and its row only when the name is flushed: a row promises the bytes.
"""

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

import zstandard
from django.conf import settings

from uzel.hub.models import Feed

CHUNK_BYTES = 64 << 10  # what the streaming reader likes to be fed
LEVEL = 3
NAMED_COUNT = 10_000  # folders that a process remembers

#: Folders whose own names this process has flushed, in all folders above them.
_named: set[Path] = set()


def store(chunks: Iterable[bytes]) -> Feed:
    """Archive bytes as they arrive; flat memory. The same bytes are kept once, and are kept even if the database is away."""
    root = _root()
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=root / "tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            sha256, size = _pack(chunks, file)
            path = f"{sha256[:2]}/{sha256[2:4]}/{sha256}.zst"
            is_new = not (root / path).exists()
            if is_new:
                file.flush()
                os.fsync(file.fileno())
                _give_name(Path(name), root / path)
        return (None if is_new else _known(sha256)) or _remember(root, path, sha256, size)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def store_bytes(data: bytes) -> Feed:
    """Archive a small body; one that is known already costs no write."""
    return _known(hashlib.sha256(data).hexdigest()) or store([data])


def open_feed(feed: Feed) -> Iterator[bytes]:
    """The bytes of a feed, in pieces."""
    with (_root() / feed.path).open("rb") as file:
        yield from zstandard.ZstdDecompressor().read_to_iter(file, write_size=CHUNK_BYTES)


def read_feed(feed: Feed) -> bytes:
    """The bytes of a small feed."""
    return b"".join(open_feed(feed))


def scratch_file() -> IO[bytes]:
    """A nameless file beside the archive for what must be seekable; gone when closed."""
    folder = _root() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def drop_scraps(before: dt.datetime) -> None:
    """Remove what killed processes left half-written: nobody was answered for it."""
    for path in (_root() / "tmp").glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def _root() -> Path:
    return Path(settings.UZEL_HOME) / "feeds"


def _pack(chunks: Iterable[bytes], file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with zstandard.ZstdCompressor(level=LEVEL).stream_writer(file, closefd=False) as packer:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            packer.write(chunk)
    return digest.hexdigest(), size


def _known(sha256: str) -> Feed | None:
    feed = Feed.objects.filter(sha256=sha256).first()
    return feed if feed and (_root() / feed.path).exists() else None


def _give_name(packed: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(packed, target)


def _remember(root: Path, path: str, sha256: str, size: int) -> Feed:
    """The row of a file that has its name; flushed again even if another process gave it, for it may not have got so far."""
    _flush_names((root / path).parent, root.parent)
    feed = Feed(sha256=sha256, size=size, path=path)
    Feed.objects.bulk_create([feed], update_conflicts=True, unique_fields=["sha256"], update_fields=["size", "path"])
    return feed


def _flush_names(folder: Path, top: Path) -> None:
    """The name of a file in its folder, and the folder's own in those above it, unless this process has done that already."""
    _flush_folder(folder)
    fresh = []
    while folder != top and folder not in _named:
        fresh.append(folder)
        folder = folder.parent
        _flush_folder(folder)
    if len(_named) > NAMED_COUNT:
        _named.clear()
    _named.update(fresh)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
