"""Promo codes of the portal, read over real HTTP, and ``uzel promo list``."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.portal_town import Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.cli import main
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo.read_promo_codes import PROMO_S
from uzel.hub.models import PromoCodeRow
from uzel.hub.queries import known_process

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]
MARCH: dict[str, Any] = {
    "UZEL_CODE": " ВЕСНА10 ", "UZEL_DISCOUNT": "10 %", "UZEL_FROM": "2026-03-01", "UZEL_UNTIL": "2026-03-31",
    "UZEL_SHOPS": ["shop"], "UZEL_SOURCE": "блогер", "UZEL_ACTIVE": "Y",
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


def listed(captured: Captured, *words: str) -> dict[str, dict[str, Any]]:
    assert main(("promo", "list", "--json", *words)) == 0
    return {row["code"]: row for row in json.loads(captured.readouterr().out)}


def test_cards_become_codes_and_the_list_says_how_they_stand(hub: Hub, capsys: Captured) -> None:
    put(hub, "Весна", **MARCH)
    put(hub, "Без кода")
    put(hub, "Вторая карточка", UZEL_CODE="весна10")
    hub.sweep()
    found = listed(capsys, "--node", "shop", "--date", "2026-03-31")
    assert found["ВЕСНА10"] == {
        "code": "ВЕСНА10", "title": "Весна", "discount": "10 %", "valid_from": "2026-03-01", "valid_until": "2026-03-31",
        "shops": "shop", "source": "блогер", "standing": "ok", "said": "действует", "problem": "",
    }  # fmt: skip
    assert {code: row["standing"] for code, row in found.items()} == {"ВЕСНА10": "ok", "Без кода": "inactive"}
    assert listed(capsys, "--date", "2026-04-01")["ВЕСНА10"]["said"] == "истёк"
    assert main(("promo", "list", "--node", "nobody")) == 2


def test_changed_and_deleted_cards_are_noticed_at_the_next_look_and_no_sooner(hub: Hub, capsys: Captured) -> None:
    spring, other = put(hub, "Весна", **MARCH), put(hub, "Лето", UZEL_CODE="ЛЕТО", UZEL_ACTIVE="Y")
    hub.sweep()
    call(hub, smart_process.update_item("set", process(hub), spring, "Весна", {"UZEL_ACTIVE": "N"}))
    call(hub, smart_process.delete_item("delete", process(hub).entity_type_id, other))
    hub.pass_time(PROMO_S - 1)
    hub.sweep()
    assert set(listed(capsys)) == {"ВЕСНА10", "ЛЕТО"}
    hub.pass_time(1)
    hub.sweep()
    assert {code: row["standing"] for code, row in listed(capsys).items()} == {"ВЕСНА10": "inactive"}


def test_a_smart_process_that_is_gone_stops_no_sweep_and_loses_no_code(hub: Hub) -> None:
    PromoCodeRow.objects.create(portal=hub.portal, key="лето", content={"code": "ЛЕТО"}, entity_id=1)
    type_id = process(hub).type_id
    call(hub, smart_process.delete_type("gone", type_id))
    hub.sweep()
    hub.portal.refresh_from_db()
    assert hub.portal.swept_at == hub.now
    assert PromoCodeRow.objects.count() == 1


def test_a_portal_without_smart_processes_has_no_promo_codes() -> None:
    with open_hub() as hub:
        hub.sweep()
        hub.portal.refresh_from_db()
        assert hub.portal.promo_read_at is None


def test_why_the_cards_are_not_read_is_said_beside_the_list(hub: Hub, capsys: Captured) -> None:
    hub.portal.promo_problem = "Промокоды портала не читаются"
    hub.portal.save()
    for command in (("promo", "list"), ("portal", "status")):
        assert main(command) == 0
        said = capsys.readouterr()
        assert "Промокоды портала не читаются" in said.out + said.err
