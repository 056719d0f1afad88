"""What must hold in a quiet town, told from the emulators' own states; and the reasons that excuse a difference."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.stories.town import Town
from uzel.demo.compare import UF, Difference, compare
from uzel.demo.people import PEOPLE
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.records import Order
from uzel.hub.ledger import ledger
from uzel.hub.models import Conflict, Delivery, OrderRow

CARD = {"телефон", "почта"}
CLIENT = {"покупатель", "ИНН", *CARD}
DEAL = "сделка"


@dataclass(slots=True)
class Deeds:
    """What managers did: fields they changed by deal, deals they deleted, cards they changed, deals they made.

    ``renumbered``: buyers whose phone a base changed. ``words``: what people of both sides wrote, in the order of time.
    """

    fields: dict[int, set[str]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    cards: set[tuple[str, int]] = field(default_factory=set)
    renumbered: set[str] = field(default_factory=set)
    born: set[int] = field(default_factory=set)
    words: list[tuple[str, Any, str, str]] = field(default_factory=list)

    def said(self, side: str, key: Any, name: str, value: str) -> None:
        """Somebody wrote ``value`` into a field: a base into its document, a manager into his deal."""
        self.words.append((side, key, name, value))

    def changed(self, deal_id: int, *names: str) -> None:
        self.fields.setdefault(deal_id, set()).update(names)


def judge(town: Town, deeds: Deeds) -> None:
    """Settle the town and look at everything."""
    town.settle()
    wrong = [*_differences(town, deeds), *_lost_words(town, deeds), *_doubled_cards(town), *_books()]
    assert not wrong, "\n".join(wrong)
    town.portal.forget_calls()
    town.round()
    assert not town.writes(), f"the town was quiet, and yet the portal was written to: {town.writes()}"


def _differences(town: Town, deeds: Deeds) -> Iterator[str]:
    state = town.state()
    orders = {code: base.orders() for code, base in town.bases.items()}
    found = compare(town.shops.values(), orders, state, PEOPLE, dict(_withheld(town, deeds)))
    for one in found.differences:
        if not _is_excused(one, town, deeds):
            yield f"{one.node} {one.number} {one.field}: in the base {one.in_base!r}, in the deal {one.in_deal!r}"
    kept = {deal_id for deal_id in deeds.born & set(state.deals) if _is_kept_back(town, state.deals[deal_id])}
    yield from (f"deal {deal_id} is nobody's order" for deal_id in found.strays if deal_id not in kept)


def _is_kept_back(town: Town, deal: Any) -> bool:
    """No base gets the deal: none is chosen, the chosen one has no right to changes, or the deal is held."""
    code = town.state().node_of(deal)
    return not code or not town.shops[code].receives_changes or _is_held(deal)


def _withheld(town: Town, deeds: Deeds) -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Managers' changes that a base must not see: it has no right to changes, or the deal is held."""
    state = town.state()
    for deal_id, deal in state.deals.items():
        code = state.node_of(deal)
        if code and _is_kept_back(town, deal):
            fields = deeds.fields.get(deal_id, set()) | _fields_of_card(deal, deeds)
            yield (code, str(deal.get(f"{UF}NUMBER") or "")), fields


def _fields_of_card(deal: Any, deeds: Deeds) -> set[str]:
    cards = {("contact", deal.get("contactId")), ("company", deal.get("companyId"))}
    return CARD if cards & deeds.cards else set()


def _is_held(deal: Any) -> bool:
    return str(deal.get(f"{UF}HOLD") or "").upper() in ("1", "Y", "TRUE")


def _is_excused(one: Difference, town: Town, deeds: Deeds) -> bool:
    """Why a difference may be.

    The deal is deleted, that is on record. 1C takes nothing of a buyer into an order that has documents (onec-exchange 3.1).
    Of an order that came from the portal 1C says nothing, not even its number, until somebody touches it.
    """
    if one.field == DEAL:
        row = OrderRow.objects.get(node__code=one.node, number=one.number)
        return row.deal_deleted and row.deal_id in deeds.deleted and one.in_deal == "0"
    books = town.bases[one.node].shop.books
    order = next(order for order in books.orders.values() if order.site_number == one.number)
    if order.document_id not in town.spoken and one.in_deal == "":
        return one.field in ("номер в 1С", "покупатель")
    if one.field in CARD and (_is_history(order, town.bases[one.node]) or _client_is_chosen(one, town, deeds)):
        return True
    if one.field in CARD and _is_silent(order, town.bases[one.node], deeds):
        return True
    return one.field in CLIENT and order.has_documents


def _is_silent(order: Order, base: Base, deeds: Deeds) -> bool:
    """Another base changed the phone of a buyer whom both have; this one tells nobody the phone that it knows."""
    return base.shop.books.counterparties[order.counterparty_id].name in deeds.renumbered and not base.settings.contacts


def _client_is_chosen(one: Difference, town: Town, deeds: Deeds) -> bool:
    """A manager chose the client, and 1C found him among its own: such a card is completed, never rewritten."""
    deal_id = OrderRow.objects.get(node__code=one.node, number=one.number).deal_id
    return deal_id in deeds.born or "покупатель" in deeds.fields.get(deal_id or 0, ())


def _is_history(order: Order, base: Base) -> bool:
    """A changed card goes into orders that are still alive; where there are none, the base need not know of it."""
    return all(
        one.has_documents or one.canceled or one.deletion_mark or one.status == base.settings.statuses[-1][0]
        for one in base.shop.books.orders.values()
        if one.counterparty_id == order.counterparty_id
    )


SHOWN = {"comment": "comments", "promo_code": f"{UF}PROMO"}  # fields whose words are followed: in a base, in a deal


def _lost_words(town: Town, deeds: Deeds) -> Iterator[str]:
    """The last word about a field stands where it was written, or a conflict keeps it."""
    last: dict[tuple[int, str], tuple[str, Any, str]] = {}
    for side, key, name, value in deeds.words:
        row = OrderRow.objects.filter(**({"document_id": key} if side == "base" else {"deal_id": key})).first()
        if row is not None:
            last[row.pk, name] = (side, key, value)
    kept = _kept_words()
    deals = town.state().deals
    for (row_id, name), (side, _, value) in last.items():
        row = OrderRow.objects.select_related("node").get(pk=row_id)
        order = next(
            (one for one in town.bases[row.node.code].shop.books.orders.values() if one.site_number == row.number), None
        )
        if (
            row.deal_id not in deals
            or order is None
            or order.document_id in town.overwritten
            or _takes_nothing(order, town, row)
        ):
            continue
        shown = getattr(order, name) if side == "base" else deals[row.deal_id].get(SHOWN[name])
        if shown != value and (row_id, name, value) not in kept:
            where = f"{row.node.code} {row.number}: {name}"
            yield f"{where} {value!r} of the {side} is gone, {shown!r} stands there, nothing on record"


def _kept_words() -> set[tuple[int, str, str]]:
    rows = Conflict.objects.filter(field__in=SHOWN).values_list("order", "field", "in_node", "in_portal")
    return {(row_id, name, value) for row_id, name, *values in rows for value in values}


def _takes_nothing(order: Order, town: Town, row: OrderRow) -> bool:
    """A completed order of UNF: it answers ``success`` and passes over what it was told (onec-exchange 3.1)."""
    settings = town.bases[row.node.code].settings
    return settings.skip_completed and (order.canceled or order.status == settings.statuses[-1][0])


def _doubled_cards(town: Town) -> Iterator[str]:
    """No client is there twice by our doing, no phone twice in one card."""
    for kind, cards in (("contact", town.state().contacts), ("company", town.state().companies)):
        origins = [card["originId"] for card in cards.values() if card.get("originId")]
        yield from (
            f"{kind} {origin} was created twice" for origin in sorted({one for one in origins if origins.count(one) > 1})
        )
        for card_id, card in cards.items():
            values = [(one["typeId"], one["value"].lower()) for one in card["fm"]]
            if len(values) != len(set(values)):
                yield f"{kind} {card_id} has a value twice: {values}"


def _books() -> Iterator[str]:
    """What the hub says of itself."""
    for row in ledger():
        if not row.balanced:
            yield f"{row.node}: received {row.received}, verdicts {row.verdicts}"
    for delivery in Delivery.objects.exclude(problem_code="").exclude(problem_code="deal_deleted"):
        yield f"order {delivery.order.number} given up: {delivery.problem}"
