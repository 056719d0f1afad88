"""Kinds of work take turns in one drain: a flood of one never starves another."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel.flows.portal import drain_portal
from uzel.flows.portal.portal_work import WORK
from uzel.model import Counterparty
from uzel.model.order import CANCELED

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
