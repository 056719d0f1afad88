"""A file fed by hand: the same path, the same verdicts."""

from pathlib import Path

import pytest

from tests.commerceml.samples import SAMPLES
from tests.exchange.talk import make_node, order, package, zipped
from uzel.flows.files.import_file import import_file
from uzel.hub import feed_store
from uzel.hub.ledger import ledger
from uzel.hub.models import DocumentVerdict, Node, OrderRow, Package

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def test_a_file_is_archived_and_read(shop: Node, tmp_path: Path) -> None:
    path = tmp_path / "заказы.xml"
    path.write_bytes(package(order("a", "1"), order("b", "2")))
    made, progress = import_file(shop, path)
    assert (progress.done, progress.failed, progress.documents, made.state) == (True, False, 2, Package.State.DONE)
    assert made.feed is not None
    assert (feed_store.read_feed(made.feed), made.file_name, made.size) == (path.read_bytes(), path.name, path.stat().st_size)
    assert OrderRow.objects.count() == 2


def test_a_zip_gives_its_files(shop: Node, tmp_path: Path) -> None:
    path = tmp_path / "v8.zip"
    path.write_bytes(zipped({"a.xml": package(order("a")), "b.xml": package(order("b"), order(""))}))
    _, progress = import_file(shop, path)
    assert (progress.documents, progress.failed, len(progress.lines)) == (3, False, 1)
    assert sorted(DocumentVerdict.objects.values_list("verdict", flat=True)) == ["created", "created", "rejected"]


def test_files_that_wait_already_are_read_first(shop: Node, tmp_path: Path) -> None:
    older = feed_store.store_bytes(package(order("a", total="100")))
    Package.objects.create(node=shop, file_name="old.xml", feed=older, state=Package.State.WAITING)
    path = tmp_path / "new.xml"
    path.write_bytes(package(order("a", total="200")))
    import_file(shop, path)
    assert OrderRow.objects.get().merged["total"] == "200"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"<a/>"])
def test_what_cannot_be_read_fails_with_a_reason(shop: Node, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    made, progress = import_file(shop, path)
    assert (progress.failed, made.state, len(progress.lines)) == (True, Package.State.FAILED, 1)


@pytest.mark.parametrize("path", sorted((SAMPLES / "orders").glob("*.xml")), ids=lambda path: path.name)
def test_real_files_give_a_verdict_for_every_document(shop: Node, path: Path) -> None:
    made, progress = import_file(shop, path)
    verdicts = list(DocumentVerdict.objects.filter(package=made).values_list("verdict", "reason"))
    assert (progress.done, len(verdicts)) == (True, path.read_bytes().count("<Документ>".encode()) or len(verdicts))
    assert (progress.failed, progress.documents) == (False, len(verdicts))
    again, _ = import_file(shop, path)
    repeated = [verdict for verdict, _ in DocumentVerdict.objects.filter(package=again).values_list("verdict", "reason")]
    assert set(repeated) <= {"unchanged", "held", "rejected", "duplicate"}
    assert ledger(shop.code)[0].balanced


@pytest.mark.parametrize("path", sorted((SAMPLES / "catalog").glob("*.xml")), ids=lambda path: path.name)
def test_real_catalogues_give_an_outcome_for_every_entry(shop: Node, path: Path) -> None:
    Node.objects.update(catalog_source=True)
    shop.refresh_from_db()
    made, _ = import_file(shop, path)
    assert (made.state, made.problem) == (Package.State.DONE, "")
    counts = made.catalog or {}
    assert made.entries_received == sum(sum(of_kind.values()) for of_kind in counts.values()) > 0
