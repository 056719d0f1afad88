"""The feed archive: what went in comes out, once, whole, and before anything else happens."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from uzel.hub import feed_store
from uzel.hub.models import Feed

DATA = "Привет".encode() * 50_000
SHA256 = hashlib.sha256(DATA).hexdigest()
PLACE = f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}.zst"


@pytest.mark.django_db
def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    feed = feed_store.store([DATA[:7], DATA[7:]])
    assert (feed.sha256, feed.size, feed.path) == (SHA256, len(DATA), PLACE)
    assert (tmp_path / "feeds" / PLACE).stat().st_size < len(DATA) // 10
    assert b"".join(feed_store.open_feed(feed)) == DATA == feed_store.read_feed(feed)
    assert max(map(len, feed_store.open_feed(feed))) <= 1 << 17


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first = feed_store.store([DATA])
    written = (tmp_path / "feeds" / PLACE).stat().st_mtime_ns
    assert feed_store.store([DATA[:1], DATA[1:]]) == first == feed_store.store_bytes(DATA)
    assert (tmp_path / "feeds" / PLACE).stat().st_mtime_ns == written
    assert Feed.objects.count() == 1


@pytest.mark.django_db
def test_an_empty_body_is_a_feed_too() -> None:
    feed = feed_store.store([])
    assert feed.size == 0
    assert feed_store.read_feed(feed) == b""


@pytest.mark.django_db
def test_a_lost_file_is_written_again_when_its_bytes_come_again(tmp_path: Path) -> None:
    feed = feed_store.store([DATA])
    (tmp_path / "feeds" / PLACE).unlink()
    assert feed_store.store_bytes(DATA) == feed
    assert feed_store.read_feed(feed) == DATA


@pytest.mark.django_db
def test_what_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    def source() -> Iterator[bytes]:
        yield DATA
        raise RuntimeError

    with pytest.raises(RuntimeError):
        feed_store.store(source())
    assert [path for path in (tmp_path / "feeds").rglob("*") if path.is_file()] == []
    assert not Feed.objects.exists()


def test_bytes_are_on_disk_even_if_the_database_is_away(tmp_path: Path) -> None:
    """This test may not touch the database, and that is the point."""
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        feed_store.store([DATA])
    assert (tmp_path / "feeds" / PLACE).exists()


@pytest.mark.django_db
def test_file_and_folders_are_flushed_before_the_row_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        assert not Feed.objects.exists()
        real(descriptor)

    monkeypatch.setattr(feed_store.os, "fsync", fsync)
    feed_store.store([DATA])
    assert "/feeds/tmp/" in flushed[0], "the file first, then the folders that name it"
    assert [Path(name).name for name in flushed[1:4]] == [SHA256[2:4], SHA256[:2], "feeds"]
    assert len(flushed) == 5, "and the folder of the feeds in its own"


@pytest.mark.django_db
def test_a_folder_is_flushed_with_every_file_and_its_own_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    feed_store.store([DATA])
    flushed: list[str] = []
    monkeypatch.setattr(feed_store.os, "fsync", lambda descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    monkeypatch.setattr(feed_store.hashlib, "sha256", lambda *_: Digest(SHA256[:4] + "a" * 60))
    feed_store.store([b"beside it"])
    assert [Path(name).name for name in flushed[1:]] == [SHA256[2:4]]
    monkeypatch.setattr(feed_store.hashlib, "sha256", lambda *_: Digest(SHA256[:2] + "b" * 62))
    flushed.clear()
    feed_store.store([b"in a folder beside it"])
    assert [Path(name).name for name in flushed[1:]] == ["bb", SHA256[:2]]


class Digest:
    """Of any bytes the same."""

    def __init__(self, known: str) -> None:
        self._known = known

    def update(self, chunk: bytes) -> None:
        """Nothing changes."""

    def hexdigest(self) -> str:
        return self._known


@pytest.mark.django_db
def test_a_new_feed_is_few_questions_to_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # is it known, and its row
        feed = feed_store.store_bytes(DATA)
    assert Feed.objects.get() == feed


@pytest.mark.django_db
def test_memory_stays_flat() -> None:
    import tracemalloc

    piece = os.urandom(1 << 20)
    tracemalloc.start()
    feed = feed_store.store(piece for _ in range(60))
    total = sum(len(chunk) for chunk in feed_store.open_feed(feed))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 60 << 20
    assert peak < 8 << 20


def test_a_scratch_file_has_no_name(tmp_path: Path) -> None:
    with feed_store.scratch_file() as file:
        file.write(b"x")
        assert list((tmp_path / "feeds" / "tmp").iterdir()) == []


def test_scraps_of_killed_processes_go_and_fresh_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "feeds" / "tmp"
    feed_store.drop_scraps(dt.datetime.now(dt.UTC))
    folder.mkdir(parents=True)
    for name, age_s in (("old", 7200), ("fresh", 60)):
        (folder / name).touch()
        os.utime(folder / name, (1_000_000 - age_s, 1_000_000 - age_s))
    feed_store.drop_scraps(dt.datetime.fromtimestamp(1_000_000 - 3600, dt.UTC))
    assert [path.name for path in folder.iterdir()] == ["fresh"]
