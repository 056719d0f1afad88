"""What could not be seen on a live portal goes one way or the other: the exchange comes to the same end both ways.

Switches that need an application, a catalogue, an old copy of the database or the portal's limits are tried
where those are tested.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.portal_town import CUP, MARIA, ORDER, TEA, Hub, in_a_hurry, moved, open_hub
from uzel.emulators.bitrix24_portal import Options
from uzel.model import Counterparty, LegalDetails

DAISY = Counterparty("g-daisy", "Ромашка", is_company=True, legal=LegalDetails("7701234567", "770101001", "", "ООО «Ромашка»"))
FIRM = moved(ORDER, document_id="doc-2", number="A-2", counterparty=DAISY, lines=(CUP,), total=Decimal("390.50"))
PHONE = "+79161234599"

#: switches in their other position; those of one line do not touch each other
GROUPS: dict[str, dict[str, Any]] = {
    "none": {},
    "answers": {
        "wrong_secret_error": "NO_AUTH_FOUND", "wrong_secret_status": 403, "numeric_codes_as_numbers": True,
        "empty_findbycomm_as_list": False, "origin_in_filter": False, "case_insensitive_filters": False,
        "boolean_user_fields": "10", "upper_case_names": False, "notify_by_webhook": False,
    },
    "booleans": {"boolean_user_fields": "json"},
    "saving": {
        "check_required_fields": False, "empty_row_set_clears": False, "row_price_digits": 8,
        "exclusive_price_when_tax_not_included": "same", "multifield_update": "append",
        "deal_userfield_name_limit_chars": 20, "observer_may": "change",
    },
    "events": {
        "productrow_set_fires_update": False, "productrow_set_touches_deal": False, "unchanged_update_fires_event": True,
        "webhook_hears_category_moves": False, "smart_process_events_by_type": False, "comment_event_has_fields": True,
    },
}  # fmt: skip
END = {
    "deals": [
        ("Заказ A-1 · Тверская", "От менеджера", "NEW", "421.00", True, [("Чай", "80.00", 5), ("Ложка", "10.50", 2)]),
        ("Заказ A-2 · Тверская", "Позвонить", "NEW", "390.50", True, [("Кружка", "390.50", 1)]),
    ],
    "contacts": [["m@example.com", PHONE]],
    "firms": [("Ромашка", ["7701234567"])],
    "hub": [("От менеджера", True, "421", ["Чай", "Ложка"]), ("Позвонить", True, "390.5", ["Кружка"])],
}


@pytest.mark.django_db
@pytest.mark.parametrize("switches", GROUPS.values(), ids=list(GROUPS))
def test_either_way_the_end_is_the_same(switches: dict[str, Any]) -> None:
    with open_hub(Options(**switches)) as hub, in_a_hurry(hub.portal):
        hub.receive(ORDER, FIRM)
        settle(hub)
        edited = [{"productName": TEA.name, "price": 80, "quantity": 5}, {"productName": "Ложка", "price": 10.5, "quantity": 2}]
        hub.emulator.manager_edit(hub.row().deal_id or 0, fields={"comments": "От менеджера"}, rows=edited)
        settle(hub)
        hub.receive(moved(ORDER, counterparty=replace(MARIA, phones=(PHONE,)), paid=True), moved(FIRM, paid=True))
        settle(hub)
        hub.emulator.forget_calls()
        settle(hub)
        assert hub.writes() == 0, "the exchange has come to rest"
        assert seen(hub) == END


def settle(hub: Hub) -> None:
    """Both sides look and write until nothing is left."""
    for _ in range(2):
        hub.pass_time(120)
        hub.sweep()
        hub.drain()


def seen(hub: Hub) -> dict[str, Any]:
    """What the portal and the hub hold in the end."""
    state, merged = hub.emulator.state(), [hub.row(number).merged for number in ("A-1", "A-2")]
    return {
        "deals": [
            (one["title"], one["comments"], one["stageId"], money(one["opportunity"]), one["UF_CRM_UZEL_PAID"],
             [(row["productName"], money(row["price"]), row["quantity"]) for row in one["rows"]])
            for one in state["deals"]
        ],
        "contacts": [[value["value"] for value in one["fm"]] for one in state["contacts"]],
        "firms": [(one["title"], [legal["RQ_INN"] for legal in one["requisites"]]) for one in state["companies"]],
        "hub": [
            (one["comment"], one["paid"], one["total"], [line["name"] for line in one["lines"]]) for one in merged
        ],
    }  # fmt: skip


def money(value: Any) -> str:
    """To the kopeck: how many digits a portal keeps is one of the open points."""
    return f"{Decimal(value):.2f}"
