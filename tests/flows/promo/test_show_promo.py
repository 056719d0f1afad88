"""Cards of promo codes show how often their codes were used, over real HTTP."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo.read_promo_codes import PROMO_S
from uzel.flows.promo.show_promo import PAUSE_S
from uzel.hub.models import PromoCodeRow
from uzel.hub.queries import known_process
from uzel.model.order import CANCELED

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        put(found)
        found.sweep()
        yield found


def process(hub: Hub) -> KnownProcess:
    found = known_process(hub.portal, PROMO_CODES)
    assert found
    return found


def call(hub: Hub, command: Any) -> Any:
    with in_a_hurry(hub.portal), open_line(hub.portal) as client:
        return client.call(command.method, command.params).result


def put(hub: Hub) -> None:
    call(hub, smart_process.add_item("add", process(hub), "", "Весна", {"UZEL_CODE": "весна10", "UZEL_ACTIVE": "Y"}))


def card(hub: Hub) -> tuple[str, int, str]:
    """Its title, how often the code was used and when last."""
    (item,) = call(hub, smart_process.list_items("list", process(hub)))["items"]
    used, last = (item.get(process(hub).code(suffix)) for suffix in ("UZEL_USED", "UZEL_USED_ON"))
    return item["title"], int(used or 0), str(last or "")[:10]


def look(hub: Hub) -> int:
    """What the card is known to show after a drain."""
    hub.drain()
    hub.drain()
    return PromoCodeRow.objects.get().used or 0


def test_a_card_counts_orders_and_no_canceled_ones(hub: Hub) -> None:
    hub.receive(
        ORDER,
        replace(ORDER, document_id="doc-2", number="A-2", date=dt.date(2026, 3, 2)),
        replace(ORDER, document_id="doc-3", number="A-3", date=dt.date(2026, 3, 3), status=CANCELED),
    )
    assert look(hub) == 2
    assert card(hub) == ("Весна", 2, "2026-03-02")


def test_it_is_written_rarely_and_only_when_it_moved(hub: Hub) -> None:
    hub.receive(ORDER)
    assert look(hub) == 1
    hub.receive(replace(ORDER, document_id="doc-2", number="A-2"))
    hub.pass_time(PAUSE_S - 1)
    assert look(hub) == 1
    hub.pass_time(1)
    assert look(hub) == 2
    written = hub.emulator.state()["type_items"]
    hub.pass_time(PAUSE_S)
    assert look(hub) == 2
    moved = [item for item in hub.emulator.state()["type_items"] if item not in written]
    assert process(hub).entity_type_id not in {item["entityTypeId"] for item in moved}


def test_our_word_is_no_change_of_the_directory_and_the_title_is_not_ours(hub: Hub) -> None:
    hub.receive(ORDER)
    revision = PromoCodeRow.objects.get().revision
    assert look(hub) == 1
    hub.pass_time(PROMO_S)
    hub.sweep()
    assert PromoCodeRow.objects.get().revision == revision
    (item,) = call(hub, smart_process.list_items("list", process(hub)))["items"]
    call(hub, smart_process.update_item("set", process(hub), item["id"], "Весна и лето", {}))
    hub.receive(replace(ORDER, document_id="doc-2", number="A-2"))
    assert look(hub) == 2
    assert card(hub)[:2] == ("Весна и лето", 2)


def test_a_card_that_is_gone_stops_nobody(hub: Hub) -> None:
    hub.receive(ORDER)
    (item,) = call(hub, smart_process.list_items("list", process(hub)))["items"]
    call(hub, smart_process.delete_item("gone", process(hub).entity_type_id, item["id"]))
    assert not hub.drain().problem
    assert len(hub.deals()) == 1
