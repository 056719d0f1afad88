"""Pictures of a zip are kept under the names that goods use; a new or changed one makes its goods due."""

import io
import zipfile
from functools import partial

import pytest

from tests.exchange.talk import make_node, order, package, zipped
from tests.flows.catalogue import due, goods, item, load, offer, offers, price, row, shown
from tests.flows.due_orders import NOW
from uzel.exchange.zips import ZipLimits
from uzel.flows.catalog.catalog_status import catalog_status
from uzel.flows.files import read_in_turn as reading
from uzel.flows.files.receive_package import progress_of
from uzel.hub import feed_store
from uzel.hub.models import CatalogNote, CatalogPicture, Node, Package

pytestmark = pytest.mark.django_db
GOODS = goods(item("i", inside="<Картинка>import_files/ab/1.jpg</Картинка>"), item("j"))


@pytest.fixture
def shop() -> Node:
    return make_node("shop", catalog_source=True)


def picture_of(name: str) -> bytes:
    return feed_store.read_feed(CatalogPicture.objects.get(name=name).feed)


def test_a_zip_goes_whole_in_the_right_order(shop: Node) -> None:
    made = load(
        shop, zipped({"offers.xml": offers(offer("i", price("5"))), "import_files/ab/1.jpg": b"one", "import.xml": GOODS})
    )
    files = list(Package.objects.filter(archive=made).order_by("pk").values_list("file_name", "catalog"))
    assert files == [("import.xml", {"item": {"created": 2}}), ("offers.xml", {"offer": {"changed": 1}})]
    assert (row().content["pictures"], picture_of("import_files/ab/1.jpg")) == (["import_files/ab/1.jpg"], b"one")
    assert (row().wanted, row("j").wanted) == (2, 1), "goods, then their price; the picture was there before them"


def test_a_picture_that_has_not_come_is_no_error(shop: Node) -> None:
    made = load(shop, GOODS)
    assert (made.state, row().wanted, CatalogPicture.objects.count()) == (Package.State.DONE, 1, 0)


def test_a_picture_that_comes_later_or_changes_makes_its_goods_due(shop: Node) -> None:
    load(shop, GOODS)
    for data, expected in ((b"one", {"i"}), (b"one", set()), (b"two", {"i"})):
        shown()
        made = load(shop, zipped({"webdata\\import_files\\ab\\1.jpg": data, "import_files/cd/other.png": b"x"}))
        assert (made.state, due()) == (Package.State.DONE, expected)
    assert picture_of("import_files/ab/1.jpg") == b"two"


def test_too_large_a_picture_is_noted(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ZipLimits", partial(ZipLimits, picture_bytes=2))
    made = load(shop, zipped({"import.xml": GOODS, "import_files/ab/1.jpg": b"one", "import_files/ab/2.jpg": b"ok"}))
    reason = "Картинка больше 0 МБ, не взята"
    assert dict(CatalogPicture.objects.values_list("name", "problem")) == {
        "import_files/ab/1.jpg": reason, "import_files/ab/2.jpg": "",
    }  # fmt: skip
    assert shop.portal
    (source,) = catalog_status(shop.portal, NOW).sources
    assert (source.pictures, source.reasons) == (1, {reason: 1})
    assert (CatalogNote.objects.get().reason_code, made.state) == ("picture_too_large", Package.State.DONE)
    assert len(progress_of(made).lines) == 1
    monkeypatch.undo()
    shown()
    load(shop, zipped({"import_files/ab/1.jpg": b"one"}))
    assert (due(), CatalogPicture.objects.filter(problem="").count()) == ({"i"}, 2), "a smaller one of the same name is taken"


def test_pictures_of_other_bases_are_not_kept() -> None:
    plain = make_node("plain")
    load(plain, zipped({"orders.xml": package(order("a")), "1.jpg": b"x"}))
    made = load(plain, zipped({"1.jpg": b"x"}))
    assert (CatalogPicture.objects.count(), made.problem_code) == (0, "zip_without_xml")


def test_many_pictures_fit_into_one_zip(shop: Node) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("import.xml", GOODS)
        for number in range(1500):
            archive.writestr(f"import_files/ab/{number}.txt", b"")
    assert load(shop, target.getvalue()).state == Package.State.DONE
