"""Kinds of work take turns in one drain: a flood of one never starves another."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.exchange.talk import zipped
from tests.flows.catalogue import classifier, goods, item, load, section
from tests.flows.portal_town import NOW, ORDER, Hub, moved, open_hub
from uzel.flows.portal import drain_portal
from uzel.flows.portal.portal_job import MOST_DOUBTS
from uzel.flows.portal.portal_work import WORK
from uzel.hub.models import NomenclatureRow, ProductPictures, PromoCodeRow, SectionRow
from uzel.hub.promo_book import add
from uzel.model import Counterparty
from uzel.model.order import CANCELED
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db

OF_NOBODY = replace(ORDER, counterparty=Counterparty())


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


def numbered(place: int) -> dict[str, str]:
    return {"document_id": f"other-{place}", "number": f"N-{place}"}


def due(hub: Hub) -> dict[str, int]:
    return {kind.code: count for kind in WORK if (count := kind.count(hub.portal, hub.now, 1000))}


def test_each_delivery_is_of_one_kind(hub: Hub) -> None:
    orders = [replace(OF_NOBODY, **numbered(place)) for place in range(4)]
    hub.receive(*orders[:3])
    hub.drain()
    hub.receive(
        moved(orders[0], comment="Не звонить"), moved(orders[1], paid=True), moved(orders[2], status=CANCELED), orders[3]
    )
    assert due(hub) == {"new_orders": 1, "statuses": 2, "changes": 1}
    taken = hub.drain().taken
    assert {kind: count for kind, count in taken.items() if count} == {"new_orders": 1, "statuses": 2, "changes": 1}
    assert due(hub) == {}


def test_who_waits_longest_goes_first_and_news_do_not_put_him_back(hub: Hub) -> None:
    hub.receive(*(replace(OF_NOBODY, **numbered(place)) for place in range(3)))
    hub.receive(moved(replace(OF_NOBODY, **numbered(0)), comment="Ещё одно слово"))
    new = WORK[0]
    assert [job.row.number for job in new.take(new.due(hub.portal, hub.now), 2)] == ["N-0", "N-1"]


def test_a_flood_of_new_orders_lets_a_change_of_status_through(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain_portal, "FIRST_WAVE_S", 3.0)
    monkeypatch.setattr(drain_portal, "GROWTH", 1.0)
    hub.receive(OF_NOBODY)
    hub.drain()
    hub.receive(*(replace(OF_NOBODY, **numbered(place)) for place in range(60)))
    hub.receive(moved(OF_NOBODY, paid=True))
    sizes: list[int] = []
    assert drain_portal.drain(hub.portal.pk, lambda: hub.now, advance=sizes.append, keep_going=lambda: not sizes).pieces < 20
    assert "statuses" not in due(hub), "the first wave has taken it along"
    assert due(hub)["new_orders"] > 40
    assert hub.drain().taken["new_orders"] > 40
    assert len(hub.deals()) == 61


CHAIR = goods(item("i", "Стул", "<Картинка>a.png</Картинка>"))
ALWAYS = 1000


def new_order(hub: Hub) -> None:
    hub.receive(ORDER)


def changed_order(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.receive(moved(ORDER, paid=True, comment="Ещё"))


def changed_card(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.receive(moved(ORDER, counterparty=replace(ORDER.counterparty, phones=("+79160000000",))))


def promo_code(hub: Hub) -> None:
    code = PromoCode("ВЕСНА10")
    add(hub.portal, {code.key: code}, NOW)


def section_of_goods(hub: Hub) -> None:
    load(hub.node, goods(classifier=classifier(f"<Группы>{section('g')}</Группы>")))


def product(hub: Hub) -> None:
    load(hub.node, CHAIR)


def changed_product(hub: Hub) -> None:
    load(hub.node, CHAIR)
    hub.drain()
    load(hub.node, goods(item("i", "Кресло")))


def picture(hub: Hub) -> None:
    load(hub.node, zipped({"import.xml": CHAIR, "a.png": b"one"}))


def the_delivery(hub: Hub) -> Any:
    return hub.delivery()


def the_only(table: Any) -> Callable[[Hub], Any]:
    return lambda _: table.objects.get()


@pytest.fixture
def whole_hub() -> Iterator[Hub]:
    """With smart processes and a source of the catalogue."""
    with open_hub(lists_only=False, catalog_source=True) as found:
        yield found


@pytest.mark.parametrize(
    ("begin", "method", "of"),
    [
        (new_order, "crm.item.add", the_delivery),
        (new_order, "crm.contact.add", the_delivery),
        (changed_order, "crm.item.update", the_delivery),
        (changed_card, "crm.contact.update", the_delivery),
        (promo_code, "crm.item.add", the_only(PromoCodeRow)),
        (section_of_goods, "catalog.section.add", the_only(SectionRow)),
        (product, "catalog.product.add", the_only(NomenclatureRow)),
        (changed_product, "catalog.product.update", the_only(NomenclatureRow)),
        (picture, "catalog.productImage.add", the_only(ProductPictures)),
    ],
)
def test_no_piece_of_any_kind_is_tried_again_without_being_counted(
    whole_hub: Hub, begin: Callable[[Hub], None], method: str, of: Callable[[Hub], Any]
) -> None:
    """The portal breaks on it each time, and on nothing else."""
    hub = whole_hub
    begin(hub)
    hub.emulator.faults.arm("fail_next", method=method, error="INTERNAL_SERVER_ERROR", times=ALWAYS)
    tried = 0
    for _ in range(10):
        hub.drain()
        hub.pass_time(35)
        tried = ALWAYS - hub.emulator.faults.listing()[0]["times"]
        assert of(hub).attempts == min(tried, MOST_DOUBTS)
    assert 2 <= tried <= MOST_DOUBTS + 1, "later each time"
    assert (of(hub).attempts, of(hub).problem_code) == (MOST_DOUBTS, ""), "nobody is to blame: it is not given up"
    assert of(hub).problem.startswith("Портал не дал ответа")
    hub.emulator.faults.clear()
    hub.pass_time(400)
    hub.drain()
    assert (of(hub).attempts, of(hub).problem) == (0, "")


@pytest.mark.parametrize(("begin", "place", "of"), [
    (product, "uzel.bitrix24.entities.catalog.read_id", the_only(NomenclatureRow)),
    (promo_code, "uzel.bitrix24.entities.smart_process.read_item_id", the_only(PromoCodeRow)),
])  # fmt: skip
def test_an_answer_of_another_shape_is_an_attempt_and_stops_nothing_else(
    whole_hub: Hub, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Hub], None], place: str, of: Callable[[Hub], Any]
) -> None:
    hub = whole_hub
    begin(hub)
    hub.receive(OF_NOBODY)
    with monkeypatch.context() as patch:
        patch.setattr(place, lambda *_: {}["no such word"])
        assert hub.drain().problem == ""
    assert (of(hub).attempts, of(hub).entity_id, len(hub.deals())) == (1, None, 1)
    hub.pass_time(70)
    hub.drain()
    assert (of(hub).attempts, of(hub).entity_id is not None) == (0, True)
