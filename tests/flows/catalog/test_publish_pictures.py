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
from uzel.flows.catalog import publish_pictures
from uzel.flows.catalog.catalog_status import retry
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
