"""Notes on promo codes in deals, through the emulated portal: judged with the order, and again when the directory changes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, Hub, in_a_hurry, moved, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.deal_fields import PROMO_NOTE
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo import judge_promo
from uzel.flows.promo.read_promo_codes import PROMO_S
from uzel.hub.models import Conflict, Delivery, PromoCheck
from uzel.hub.queries import known_process

pytestmark = pytest.mark.django_db
CODE = "UF_CRM_UZEL_PROMO"
SPRING: dict[str, Any] = {
    "UZEL_CODE": "весна10", "UZEL_FROM": "2026-03-01", "UZEL_UNTIL": "2026-03-31", "UZEL_SHOPS": ["shop"], "UZEL_ACTIVE": "Y"
}  # fmt: skip


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        yield found


def process(hub: Hub) -> KnownProcess:
    found = known_process(hub.portal, PROMO_CODES)
    assert found
    return found


def call(hub: Hub, command: Any) -> Any:
    with in_a_hurry(hub.portal), open_line(hub.portal) as client:
        return client.call(command.method, command.params).result


def put(hub: Hub, title: str, **values: Any) -> int:
    return smart_process.read_item_id(call(hub, smart_process.add_item("add", process(hub), "", title, values)))


def change(hub: Hub, item: int, **values: Any) -> None:
    call(hub, smart_process.update_item("set", process(hub), item, "Весна", values))


def edit(hub: Hub, **fields: Any) -> None:
    with in_a_hurry(hub.portal), open_line(hub.portal) as client:
        params = {"entityTypeId": 2, "useOriginalUfNames": "Y", "id": hub.row().deal_id, "fields": fields}
        client.call("crm.item.update", params)


def look_again(hub: Hub) -> None:
    hub.pass_time(PROMO_S)
    hub.sweep()
    hub.drain()


def notes(hub: Hub) -> list[str]:
    return [deal.get(PROMO_NOTE) or "" for deal in hub.deals()]


def test_a_deal_says_what_is_wrong_with_its_code_on_the_day_of_the_order(hub: Hub) -> None:
    put(hub, "Весна", **SPRING)
    hub.sweep()
    hub.receive(
        ORDER,
        replace(ORDER, document_id="doc-2", number="A-2", date=dt.date(2026, 4, 1)),
        replace(ORDER, document_id="doc-3", number="A-3", promo_code="НЕТ ТАКОГО"),
        replace(ORDER, document_id="doc-4", number="A-4", promo_code=""),
    )
    hub.drain()
    assert notes(hub) == ["", "истёк", "неизвестен", ""]
    hub.receive(moved(ORDER, promo_code="ЗИМА"))
    hub.drain()
    assert notes(hub)[0] == "неизвестен"
    assert not Conflict.objects.exists()


def test_without_a_directory_nothing_is_said(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    assert notes(hub) == [""]


def test_a_change_of_the_directory_travels_to_the_deals_it_concerns_and_no_further(hub: Hub) -> None:
    spring = put(hub, "Весна", **SPRING)
    hub.sweep()
    hub.receive(ORDER, replace(ORDER, document_id="doc-2", number="A-2", promo_code="ЗИМА"))
    hub.drain()
    versions = [hub.row(number).version for number in ("A-1", "A-2")]
    change(hub, spring, UZEL_DISCOUNT="15 %")
    look_again(hub)
    assert [hub.row(number).version for number in ("A-1", "A-2")] == versions
    change(hub, spring, UZEL_ACTIVE="N")
    look_again(hub)
    assert notes(hub) == ["выключен", "неизвестен"]
    assert [hub.row(number).version for number in ("A-1", "A-2")] == [versions[0] + 1, versions[1]]
    assert not PromoCheck.objects.exists()
    call(hub, smart_process.delete_item("gone", process(hub).entity_type_id, spring))
    look_again(hub)
    assert notes(hub) == ["", ""], "the portal keeps no codes any more"


def test_many_orders_are_judged_in_portions(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_promo, "CHUNK", 2)
    monkeypatch.setattr(judge_promo, "MOST_CHUNKS", 1)
    hub.receive(*(replace(ORDER, document_id=f"doc-{n}", number=f"A-{n}", promo_code="ЗИМА") for n in range(5)))
    hub.drain()
    put(hub, "Весна", **SPRING)
    hub.pass_time(PROMO_S)
    hub.sweep()
    told = []
    for _ in range(3):
        judge_promo.judge_changed(hub.portal)
        told.append(sum(hub.row(f"A-{n}").promo_note != "" for n in range(5)))
    assert told == [2, 4, 5]
    hub.drain()
    assert notes(hub) == ["неизвестен"] * 5


def test_the_note_is_ours_alone(hub: Hub) -> None:
    put(hub, "Весна", **SPRING)
    hub.sweep()
    hub.receive(replace(ORDER, promo_code="ЗИМА"))
    hub.drain()
    version = hub.row().version
    edit(hub, **{PROMO_NOTE: "всё хорошо"})
    hub.pass_time(60)
    hub.sweep()
    hub.drain()
    assert notes(hub) == ["всё хорошо"], "no fight"
    assert hub.row().version == version
    assert not Delivery.objects.filter(target="node").exists()
    hub.receive(moved(replace(ORDER, promo_code="ЗИМА"), comment="Не звонить"))
    hub.drain()
    assert notes(hub) == ["неизвестен"]
    assert not Conflict.objects.exists()


def test_a_code_that_a_manager_types_is_judged_too(hub: Hub) -> None:
    put(hub, "Весна", **SPRING)
    hub.sweep()
    hub.receive(ORDER)
    hub.drain()
    edit(hub, **{CODE: "ЗИМА"})
    hub.pass_time(60)
    hub.sweep()
    hub.drain()
    assert notes(hub) == ["неизвестен"]
