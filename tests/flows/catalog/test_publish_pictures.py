"""Pictures of goods in the portal: each once, in order, and nothing of what people put is touched."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.exchange.talk import zipped
from tests.flows.catalogue import goods, item, load, row
from tests.flows.portal_town import Hub, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.catalog import publish_pictures
from uzel.flows.catalog.catalog_status import catalog_status, retry
from uzel.hub import feed_store
from uzel.hub.models import NomenclatureRow, Portal, ProductPictures
from uzel.mapping.product_pictures import file_name

pytestmark = pytest.mark.django_db
DETAIL, MORE = "DETAIL_PICTURE", "MORE_PHOTO"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(catalog_source=True) as found:
        Portal.objects.update(plan="enterprise")  # more requests at once than the tests need
        yield found


def chair(*names: str, title: str = "Стул") -> bytes:
    return goods(item("i", title, "".join(f"<Картинка>import_files/{name}</Картинка>" for name in names)))


def bring(hub: Hub, *names: str, **bytes_of: bytes) -> None:
    """A zip with an item that shows these pictures, and the bytes of some."""
    files = {f"import_files/{name}.png": content for name, content in bytes_of.items()}
    load(hub.node, zipped({"import.xml": chair(*names), **files}))
    hub.drain()


def called(content: bytes) -> str:
    return file_name("x.png", feed_store.store_bytes(content).sha256)


def ask(hub: Hub, method: str, **params: Any) -> Any:
    answer = httpx2.post(f"{hub.emulator.webhook}{method}", json=params, trust_env=False)
    return answer.raise_for_status().json()["result"]


def images(hub: Hub) -> list[tuple[str, str]]:
    listed = ask(hub, "catalog.productImage.list", productId=row().entity_id)["productImages"]
    return [(one["type"], one["name"]) for one in listed]


def sent(hub: Hub) -> int:
    return hub.commands().get("catalog.productImage.add", 0)


def test_pictures_follow_their_product_in_order_and_are_sent_once(hub: Hub) -> None:
    bring(hub, "a.png", "b.png", a=b"one", b=b"two")
    assert images(hub) == [(DETAIL, called(b"one")), (MORE, called(b"two"))]
    hub.emulator.forget_calls()
    bring(hub, "a.png", "b.png", a=b"one", b=b"two")
    load(hub.node, chair("a.png", "b.png", title="Кресло"))
    hub.drain()
    assert (sent(hub), hub.commands().get("catalog.productImage.list", 0)) == (0, 0)


def test_a_picture_that_comes_later_or_anew_is_sent_alone(hub: Hub) -> None:
    bring(hub, "a.png", "b.png", a=b"one")
    assert images(hub) == [(DETAIL, called(b"one"))]
    hub.emulator.forget_calls()
    bring(hub, "a.png", "b.png", b=b"two")
    assert (sent(hub), images(hub)[1:]) == (1, [(MORE, called(b"two"))])
    bring(hub, "a.png", "b.png", a=b"new")
    assert (sent(hub), sorted(images(hub))) == (2, [(DETAIL, called(b"new")), (MORE, called(b"two"))])


def test_a_picture_that_the_base_dropped_goes_and_that_of_people_stays(hub: Hub) -> None:
    bring(hub, "a.png", "b.png", a=b"one", b=b"two")
    photo = ["photo.png", b64encode(b"three").decode()]
    fields = {"productId": row().entity_id, "type": MORE}
    ask(hub, "catalog.productImage.add", fields=fields, fileContent=photo)
    load(hub.node, chair("b.png"))
    hub.drain()
    assert sorted(images(hub)) == [(DETAIL, called(b"two")), (MORE, "photo.png")]


@pytest.mark.parametrize("fault", ["lose_answer", "timeout"])
def test_a_lost_answer_doubles_no_picture(hub: Hub, fault: str) -> None:
    hub.emulator.faults.arm(fault, method="catalog.productImage.add")
    bring(hub, "a.png", "b.png", a=b"one", b=b"two")
    for _ in range(4):
        hub.pass_time(500)
        hub.drain()
    assert images(hub) == [(DETAIL, called(b"one")), (MORE, called(b"two"))]
    assert ProductPictures.objects.get().due_since is None


def test_a_picture_that_the_portal_refuses_keeps_no_product_back_and_is_given_up(hub: Hub) -> None:
    hub.emulator.faults.arm("fail_next", method="catalog.productImage.add", error="ACCESS_DENIED", times=6)
    load(hub.node, zipped({"import.xml": chair("a.png"), "import_files/a.png": b"one"}))
    for _ in range(6):
        hub.drain()
        hub.pass_time(7300)
    kept = ProductPictures.objects.get()
    assert (row().confirmed, kept.attempts, kept.problem_code) == (row().wanted, 6, "ACCESS_DENIED")
    assert kept.problem.startswith("Портал не принял картинку")
    hub.drain()
    assert images(hub) == []
    assert retry(hub.portal) == 1
    hub.drain()
    assert images(hub) == [(DETAIL, called(b"one"))]


def settle(hub: Hub) -> None:
    """Whatever is tried again is tried until it is given up."""
    for _ in range(8):
        hub.pass_time(7300)
        hub.drain()
    hub.emulator.forget_calls()
    hub.pass_time(7300)
    assert not hub.drain().problem
    assert not [name for name in hub.commands() if name.startswith("catalog.")], "nothing is due for ever"


LARGE = bytes(range(256)) * 800  # more than the portal takes in one picture, or in one request
SAID = ("too_large", publish_pictures.TOO_LARGE)


@pytest.mark.parametrize(
    "limit", [{"largest_picture_bytes": 1000}, {"max_body_bytes": 200_000}], ids=["of a picture", "of a request"]
)
def test_a_picture_too_large_for_the_portal_keeps_back_nothing_else(
    monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]
) -> None:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    monkeypatch.setattr(publish_pictures, "BATCH_BYTES", 100_000)
    with open_hub(Options(**limit), catalog_source=True) as hub:
        Portal.objects.update(plan="enterprise")
        bring(hub, "a.png", "b.png", "c.png", a=LARGE, b=b"two", c=b"six")
        settle(hub)
        kept = ProductPictures.objects.get()
        assert (row().confirmed, row().problem_code) == (row().wanted, "")
        assert images(hub) == [(DETAIL, called(b"two")), (MORE, called(b"six"))]
        assert (kept.due_since, kept.problem_code, kept.problem) == (None, *SAID)
        (source,) = catalog_status(hub.portal, hub.now).sources
        assert (source.given_up, source.pictures_wait, source.reasons) == (1, 0, {publish_pictures.TOO_LARGE: 1})
        assert retry(hub.portal) == 1
        settle(hub)
        assert (ProductPictures.objects.get().problem_code, images(hub)[1:]) == ("too_large", [(MORE, called(b"six"))])
        bring(hub, "a.png", "b.png", "c.png", a=b"less")
        settle(hub)
        assert images(hub) == [(DETAIL, called(b"less")), (MORE, called(b"two")), (MORE, called(b"six"))]
        assert (ProductPictures.objects.get().problem_code, ProductPictures.objects.get().too_large) == ("", [])


def test_a_large_picture_that_breaks_the_connection_each_time_is_given_up(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_pictures, "BATCH_BYTES", 100_000)
    hub.emulator.faults.arm("fail_next", method="catalog.productImage.add", status=500, times=100)
    bring(hub, "a.png", "b.png", a=LARGE, b=b"two")
    for attempt in range(1, 6):
        kept = ProductPictures.objects.get()
        assert (kept.attempts, kept.problem, kept.due_since is None) == (attempt, publish_pictures.NO_ANSWER, False)
        hub.pass_time(7300)
        hub.drain()
    hub.emulator.faults.clear()
    settle(hub)
    kept = ProductPictures.objects.get()
    assert (kept.problem_code, kept.problem, images(hub)) == (*SAID, [(DETAIL, called(b"two"))])


def test_a_product_made_anew_gets_its_pictures_again(hub: Hub) -> None:
    bring(hub, "a.png", a=b"one")
    ask(hub, "catalog.product.delete", id=row().entity_id)
    load(hub.node, chair("a.png", title="Кресло"))
    hub.drain()
    hub.drain()
    assert images(hub) == [(DETAIL, called(b"one"))]


def test_large_pictures_go_one_by_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_pictures, "BATCH_BYTES", 4)
    bring(hub, "a.png", "b.png", "c.png", a=b"one", b=b"two", c=b"six")
    for _ in range(3):
        hub.pass_time(1)
        hub.drain()
    assert [name for _, name in images(hub)] == [called(b"one"), called(b"two"), called(b"six")]


def test_a_base_that_is_no_source_any_more_sends_no_pictures(hub: Hub) -> None:
    hub.emulator.faults.arm("fail_next", method="catalog.productImage.add", error="ACCESS_DENIED")
    bring(hub, "a.png", a=b"one")
    hub.node.__class__.objects.update(catalog_source=False)
    hub.pass_time(7300)
    hub.drain()
    assert (images(hub), NomenclatureRow.objects.count()) == ([], 1)
