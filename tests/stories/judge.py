"""What must hold in a quiet town, told from the emulators' own states."""

from collections.abc import Iterator
from typing import Any

from tests.stories.deeds import Deeds
from tests.stories.excuses import CARD, is_excused
from tests.stories.town import Town
from uzel.demo.compare import UF, compare
from uzel.demo.people import PEOPLE
from uzel.emulators.onec_base.records import Order
from uzel.hub.ledger import ledger
from uzel.hub.models import Conflict, Delivery, OrderRow

SHOWN = {"comment": "comments", "promo_code": f"{UF}PROMO"}  # fields whose words are followed: in a base, in a deal


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
        if not is_excused(one, town, deeds):
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
    return CARD if deal.get("contactId") in deeds.cards else set()


def _is_held(deal: Any) -> bool:
    return str(deal.get(f"{UF}HOLD") or "").upper() in ("1", "Y", "TRUE")


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
