"""Why an order and its deal may differ for good: a reason on record, or something that 1C tells nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stories.deeds import Deeds
from tests.stories.town import UT, Town
from uzel.demo.compare import Difference
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.records import Order
from uzel.hub.models import OrderRow

DEAL, STAGE, NUMBER_1C, BUYER = "сделка", "стадия", "номер в 1С", "покупатель"
CARD = {"телефон", "почта"}
CLIENT = {BUYER, "ИНН", *CARD}


@dataclass(frozen=True, slots=True)
class Case:
    """A difference with all that is known of it. ``deal`` is empty where there is none."""

    difference: Difference
    town: Town
    deeds: Deeds
    base: Base
    order: Order
    row: OrderRow
    deal: dict[str, Any]

    @property
    def changed(self) -> set[str]:
        """What managers changed in the deal."""
        return self.deeds.fields.get(self.row.deal_id or 0, set())


def is_excused(one: Difference, town: Town, deeds: Deeds) -> bool:
    """Whether one of the excuses holds."""
    base, row = town.bases[one.node], OrderRow.objects.get(node__code=one.node, number=one.number)
    order = next(order for order in base.shop.books.orders.values() if order.site_number == one.number)
    deal = dict(town.state().deals.get(row.deal_id or 0, {}))
    case = Case(one, town, deeds, base, order, row, deal)
    return any(holds(case) for fields, holds in EXCUSES if one.field in fields)


def _deal_is_deleted(case: Case) -> bool:
    """On record in the hub, and true."""
    return case.row.deal_deleted and case.row.deal_id in case.deeds.deleted and case.difference.in_deal == "0"


def _base_has_not_spoken(case: Case) -> bool:
    """Of an order that came from the portal 1C says nothing, not even its number, until somebody touches it."""
    return case.order.document_id not in case.town.spoken and case.difference.in_deal == ""


def _ut_knows_no_statuses(case: Case) -> bool:
    """UT is told and tells only whether an order is called off; any other stage is the managers' own."""
    stages = (case.difference.in_base, case.difference.in_deal)
    return case.difference.node == UT and STAGE in case.changed and "LOSE" not in stages


def _order_has_documents(case: Case) -> bool:
    """1C takes nothing of a buyer into an order that has payments or shipments (onec-exchange 3.1)."""
    return case.order.has_documents


def _all_was_over(case: Case) -> bool:
    """A changed card goes into orders that are alive; where there were none, the base need not know of it."""
    existed = case.deeds.cards.get(case.deal.get("contactId") or 0, set())
    orders = [one for one in case.base.shop.books.orders.values() if one.counterparty_id == case.order.counterparty_id]
    return all(_is_over(one, case.base) for one in orders if one.document_id in existed)


def _is_over(order: Order, base: Base) -> bool:
    done = order.status == base.settings.statuses[-1][0]
    return order.has_documents or order.canceled or order.deletion_mark or done


def _client_was_chosen(case: Case) -> bool:
    """A manager chose the client, and 1C found him among its own: such a card is completed, never rewritten."""
    return case.row.deal_id in case.deeds.born or BUYER in case.changed


def _base_tells_no_phones(case: Case) -> bool:
    """Another base changed the phone of a buyer whom both have; this one tells nobody the phone that it knows."""
    buyer = case.base.shop.books.counterparties[case.order.counterparty_id]
    return buyer.name in case.deeds.renumbered and not case.base.settings.contacts


EXCUSES: tuple[tuple[set[str], Callable[[Case], bool]], ...] = (
    ({DEAL}, _deal_is_deleted),
    ({NUMBER_1C, BUYER}, _base_has_not_spoken),
    ({STAGE}, _ut_knows_no_statuses),
    (CLIENT, _order_has_documents),
    (CARD, _all_was_over),
    (CARD, _client_was_chosen),
    (CARD, _base_tells_no_phones),
)
