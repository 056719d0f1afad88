"""An order of ours ↔ the state of its deal.

Reading rests on one rule: a field of the deal that still shows what we last saw there still means what it
meant. Only changed fields are translated, so rounding, an unmapped employee or a stage outside the node's
table never look like somebody's edit.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from uzel.bitrix24.entities.client_card import COMPANY, CONTACT
from uzel.bitrix24.entities.deal import Deal, DealState
from uzel.bitrix24.entities.product_row import DealRow
from uzel.mapping import stages
from uzel.mapping.deal_rows import KOPECK, are_retied, is_same_row, lines_seen_in, money, row_of
from uzel.mapping.employees import Staff, assign, responsible_of
from uzel.mapping.goods import NO_GOODS, Goods
from uzel.mapping.requisites import extra_rows, seen_as
from uzel.mapping.rules import NodeRules
from uzel.model import Counterparty, Order
from uzel.model.order import SettlementKind, extras_of
from uzel.sync.same import same

TITLE_LIMIT = 250  # characters


def title_of(order: Order, rules: NodeRules) -> str:
    """Title of a new deal; managers may change it afterwards, we never do."""
    return f"Заказ {order.number or order.document_id} · {rules.title}"[:TITLE_LIMIT]


@dataclass(frozen=True, slots=True)
class ClientRef:
    """The contact or company of the portal that is the order's counterparty; ``entity_id`` 0: nobody."""

    kind: str = CONTACT
    entity_id: int = 0


NOBODY = ClientRef()
Extras = tuple[tuple[str, str], ...]


def state_of(order: Order, rules: NodeRules, staff: Staff, client: ClientRef = NOBODY) -> DealState:
    """What the deal should show of an order, the products of its rows aside."""
    return DealState(
        stage_id=stages.stage_of(order.status, rules),
        currency=order.currency,
        opportunity=money(order.total),
        assigned_by_id=assign(order.responsible, staff).user_id,
        comments=order.comment,
        contact_id=client.entity_id if client.kind == CONTACT else 0,
        company_id=client.entity_id if client.kind == COMPANY else 0,
        node=rules.portal_item,
        number=order.number,
        number_in_node=order.number_in_node,
        date_in_node=order.date_in_node.strftime("%d.%m.%Y %H:%M") if order.date_in_node else "",
        posted=order.posted,
        paid=order.paid,
        shipped=order.shipped,
        received=money(order.settled(SettlementKind.PAYMENT)),
        refunded=money(order.settled(SettlementKind.REFUND)),
        dispatched=money(order.settled(SettlementKind.SHIPMENT)),
        returned=money(order.settled(SettlementKind.RETURN)),
        promo_code=order.promo_code,
        bonus_card_number=order.bonus_card_number,
        paid_by_bonus=money(order.paid_by_bonus),
        extras=_extras_of(order, rules),
        rows=tuple(row_of(line) for line in order.lines),
    )


def state_seen(deal: Deal, shown: DealState, rules: NodeRules) -> DealState:
    """The state of a deal that was read, over what was last seen of it: what the portal cannot show is nobody's edit."""
    known = dict(shown.extras)
    for code, row in extra_rows(rules).items():
        seen = seen_as(row, deal.others[code]) if code in deal.others else ""
        if seen or (code in known and code in deal.others):  # of what never was there nothing is kept
            known[code] = seen
    return replace(deal.over(shown), extras=extras_of(known))


def differences(wanted: DealState, shown: DealState) -> dict[str, Any]:
    """Fields of ``wanted`` that ``shown`` does not show; money within a kopeck is the same money.

    Which products the rows are tied to is no difference: that is nobody's edit of an order.
    """
    return {
        field.name: getattr(wanted, field.name)
        for field in fields(DealState)
        if not _same(field.name, getattr(wanted, field.name), getattr(shown, field.name))
    }


def moved_in(deal: DealState, shown: DealState) -> dict[str, Any]:
    """What a deal no longer shows as we last saw it; here a row that names another product has moved."""
    found = differences(deal, shown)
    return found | {"rows": deal.rows} if are_retied(deal.rows, shown.rows) else found


#: What the deal must show whatever people do to it; everything else is written only when its meaning moved.
RESTORED = frozenset(
    (
        "number", "date_in_node", "received", "refunded", "dispatched", "returned", "node", "opportunity", "contact_id",
        "company_id", "promo_note",
    )
)  # fmt: skip
#: What of it waits for the next write when people edit it.
UNHURRIED = frozenset(("promo_note",))


def to_write(wanted: DealState, meant: DealState, shown: DealState, *, stands_in: bool = False) -> dict[str, Any]:
    """Fields of ``wanted`` to be written over ``shown``.

    ``meant`` is what the deal would show of the order as the portal last knew it: a stage of the managers' own
    or a comment that the portal reformats differs from it for ever and is nobody's business. A client of the
    other kind beside ours stays, so does the client of an order that names nobody. ``stands_in``: the deal is or was taken
    from a dismissed employee, so its responsible is shown whoever that is. A field of the deal that was made since is filled.
    """
    moved = RESTORED | {"extras"} | set(differences(wanted, meant)) | ({"assigned_by_id"} if stands_in else set())
    absent = {name for name in ("contact_id", "company_id", "node") if not getattr(wanted, name)}
    found = {name: value for name, value in differences(wanted, shown).items() if name in moved - absent}
    unseen = tuple((code, text) for code, text in meant.extras if code in dict(shown.extras))
    extras = _moved_extras(_moved_extras(found.pop("extras", ()), unseen), shown.extras)
    return found | ({"extras": extras} if extras else {})


def to_restore(edited: Collection[str], wanted: DealState, shown: DealState) -> set[str]:
    """Fields that people edited and that must show ours again. A sum of ours does not follow edited rows by itself."""
    touched = {*edited, "opportunity"} if "rows" in edited else set(edited)
    return touched & (RESTORED - UNHURRIED) & set(to_write(wanted, wanted, shown))


@dataclass(frozen=True, slots=True)
class Seeing:
    """What is known while a deal is read. ``counterparty``: who the deal's client now is, if he changed.

    ``goods``: what the catalogue knows of rows that name other products than before.
    """

    rules: NodeRules
    staff: Staff
    counterparty: Counterparty | None = None
    goods: Goods = NO_GOODS


def order_seen_in(deal: DealState, shown: DealState, meant: Order, seeing: Seeing) -> Order:
    """The order as the portal now shows it: ``meant`` where nothing moved since ``shown``, translated where it did."""
    order = meant if seeing.counterparty is None else replace(meant, counterparty=seeing.counterparty)
    for name, value in moved_in(deal, shown).items():
        order = _TRANSLATORS[name](order, value, shown, seeing)
    return order


def order_seen_after(
    attempts: Sequence[Order], deal: DealState, shown: DealState, meant: Order, seeing: Seeing, client: ClientRef
) -> Order:
    """The same while writes of ours are unanswered: a field that shows what one of them wrote means what that one meant."""
    for sent in attempts:
        sent_state = state_of(sent, seeing.rules, seeing.staff, client)
        foreign = differences(deal, sent_state)
        landed = {name: value for name, value in moved_in(deal, shown).items() if name not in foreign}
        meant = replace(meant, **{field: getattr(sent, field) for name in landed for field in ORDER_FIELDS.get(name, ())})
        shown = replace(shown, **landed)
    return order_seen_in(deal, shown, meant, seeing)


def order_born_in(deal: DealState, document_id: str, number: str, created: dt.datetime, seeing: Seeing) -> Order:
    """The order that a manager made by creating a deal."""
    meant = Order(document_id, number=number, date=created.date(), time=created.time().replace(microsecond=0), currency="")
    return order_seen_in(deal, DealState(currency=""), replace(meant, status=stages.NEW), seeing)


def _extras_of(order: Order, rules: NodeRules) -> Extras:
    """What of the order's own fields the node's table still names."""
    known = extra_rows(rules) if order.extras else {}
    return tuple((code, text) for code, text in order.extras if code in known)


def _moved_extras(extras: Extras, others: Extras) -> Extras:
    """Those that the others do not have, or have otherwise; what stands in none of both is empty."""
    known = dict(others)
    return tuple((code, text) for code, text in extras if not same(f"extras.{code}", text, known.get(code, "")))


def _same(name: str, a: Any, b: Any) -> bool:
    if name == "extras":
        return a == b or not (_moved_extras(a, b) or _moved_extras(b, a))
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(a - b) <= KOPECK
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(is_same_row, a, b))
    return bool(a == b)


def _extras(order: Order, extras: Extras, shown: DealState, _seeing: Seeing) -> Order:
    """One field of the deal at a time: those that still show what they showed mean what they meant."""
    return order.with_extras(dict(_moved_extras(extras, shown.extras)))


def _rows(order: Order, rows: tuple[DealRow, ...], shown: DealState, seeing: Seeing) -> Order:
    lines = lines_seen_in(rows, shown.rows, order.lines, seeing.goods)
    return replace(order, lines=lines, total=sum((line.total for line in lines), Decimal(0)))


def _opportunity(order: Order, value: Decimal, _shown: DealState, _seeing: Seeing) -> Order:
    """The sum follows the rows: it stands alone only where there are none."""
    return order if order.lines else replace(order, total=value)


def _plain(field: str) -> "Translator":
    def translate(order: Order, value: Any, _shown: DealState, _seeing: Seeing) -> Order:
        return replace(order, **{field: value})

    return translate


def _ours(order: Order, _value: Any, _shown: DealState, _seeing: Seeing) -> Order:
    """A field that only shows: nobody's edit of it means anything to 1C, and the next write puts it back."""
    return order


def _stage(order: Order, value: str, _shown: DealState, seeing: Seeing) -> Order:
    return replace(order, status=stages.status_of(value, seeing.rules, order.status))


def _assigned(order: Order, value: int, _shown: DealState, seeing: Seeing) -> Order:
    return replace(order, responsible=responsible_of(value, seeing.staff))


#: Fields of an order that a field of the deal speaks of.
ORDER_FIELDS: Mapping[str, tuple[str, ...]] = {
    "stage_id": ("status",),
    "assigned_by_id": ("responsible",),
    "rows": ("lines", "total"),
    "currency": ("currency",),
    "comments": ("comment",),
    "number_in_node": ("number_in_node",),
    "posted": ("posted",),
    "paid": ("paid",),
    "shipped": ("shipped",),
    "promo_code": ("promo_code",),
    "bonus_card_number": ("bonus_card_number",),
    "paid_by_bonus": ("paid_by_bonus",),
    "extras": ("extras",),
}
Translator = Callable[[Order, Any, DealState, Seeing], Order]
_TRANSLATORS: Mapping[str, Translator] = {
    "stage_id": _stage,
    "assigned_by_id": _assigned,
    "rows": _rows,
    "opportunity": _opportunity,
    "contact_id": _ours,  # the flow says who he is by ``Seeing.counterparty``
    "company_id": _ours,
    "node": _ours,
    "currency": _plain("currency"),
    "comments": _plain("comment"),
    "number": _ours,
    "number_in_node": _plain("number_in_node"),
    "date_in_node": _ours,
    "posted": _plain("posted"),
    "paid": _plain("paid"),
    "shipped": _plain("shipped"),
    "received": _ours,
    "refunded": _ours,
    "dispatched": _ours,
    "returned": _ours,
    "promo_code": _plain("promo_code"),
    "promo_note": _ours,
    "bonus_card_number": _plain("bonus_card_number"),
    "paid_by_bonus": _plain("paid_by_bonus"),
    "extras": _extras,
}
