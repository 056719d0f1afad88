"""Rows to records and back: the only place where an order's JSON columns are opened."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from uzel.bitrix24.entities.deal_fields import NODE
from uzel.bitrix24.entities.smart_process import KnownProcess, SmartProcess
from uzel.bitrix24.entities.user import User
from uzel.hub.models import Delivery, Employee, Node, OrderRow, Portal, PortalUser
from uzel.mapping.deal_rows import money
from uzel.mapping.employees import Mapped, Staff, staff_from
from uzel.mapping.requisites import own_rows, owners
from uzel.mapping.rules import NodeRules, StageRow
from uzel.model import Order
from uzel.model.codec import from_json, to_json
from uzel.model.promo import key_of
from uzel.sync.ownership import Owner
from uzel.sync.plan import ATTEMPTS_LIMIT, States

STATE_COLUMNS = ("in_node", "in_portal", "agreed", "merged")
ATTEMPT_COLUMNS = ("sent", "offered")
PROMO_KEY_CHARACTERS, CURRENCY_CHARACTERS = 256, 10  # what the columns hold; no code of the directory is as long
#: Columns that follow `merged`.
REPORT_COLUMNS = ("promo_key", "ordered_on", "currency", "total", "paid_by_bonus", "called_off")
STATUS_FIELDS = ("status", "posted", "paid", "shipped")  # of an order: how far it is


def rules_of(node: Node) -> NodeRules:
    """The node's parameters as the mapping wants them."""
    return NodeRules(
        code=node.code,
        title=node.title,
        profile=node.profile,
        stages=tuple(StageRow(*row) for row in node.stages),
        requisites=own_rows(node.requisites),
        ownership=node.ownership,
        category_id=node.category_id,
        default_responsible_id=node.default_responsible_id,
        number_prefix=node.number_prefix,
        bulk_load=node.bulk_load,
        node_field=node_field_of(node.portal) if node.portal else "",
        portal_item=str(node.portal.setup.get("nodes", {}).get(node.code, "")) if node.portal else "",
    )


def owners_in(node: Node) -> dict[str, Owner]:
    """Who owns what of the node's orders that are not posted."""
    return owners(rules_of(node), posted=False)


def node_field_of(portal: Portal) -> str:
    """The field of a deal that names its exchange node; chosen once, when the portal is set up."""
    return str(portal.setup.get("node_field", NODE))


def known_process(portal: Portal, process: SmartProcess) -> KnownProcess | None:
    """A smart process of ours in this portal, as the set-up left it; ``None`` where it cannot be had."""
    ids = portal.setup.get("processes", {}).get(process.name)
    return KnownProcess(ids["id"], ids["entityTypeId"], process.title) if ids else None


def staff_of(node: Node) -> Staff:
    """Employees of the node's portal, as this base knows them."""
    if node.portal is None:
        return Staff(exchange_user_id=1, default_id=node.default_responsible_id)
    known = Employee.objects.filter(Q(node=node) | Q(node=None), portal=node.portal).order_by("pk")
    mapped = [Mapped(one.personnel_number, one.user_id, one.full_name, one.node_id is not None, one.learned) for one in known]
    return staff_from(users_of(node.portal), mapped, node.portal.exchange_user_id or 1, node.default_responsible_id)


def no_such_node(code: str) -> str:
    """What a person is told who named a base that is not there."""
    return f"нет базы с кодом «{code}» (коды: uzel node list)"


def users_of(portal: Portal) -> list[User]:
    """The portal's staff as last read."""
    return [
        User(one.user_id, one.full_name, one.active, one.personnel_number)
        for one in PortalUser.objects.filter(portal=portal).order_by("user_id")
    ]


def states_of(row: OrderRow) -> States:
    """The states of an order row as records."""
    return States(
        in_node=_order(row.in_node),
        in_portal=_order(row.in_portal),
        agreed=_order(row.agreed),
        merged=_order(row.merged),
        sent=_orders(row.sent),
        offered=_orders(row.offered),
    )


def put_states(row: OrderRow, states: States) -> None:
    """Write the states into the row's columns (not saved)."""
    written: dict[int, Any] = {}  # most of the states are one and the same order
    for column in STATE_COLUMNS:
        setattr(row, column, _written(getattr(states, column), written))
    for column in ATTEMPT_COLUMNS:
        setattr(row, column, [_written(order, written) for order in getattr(states, column)] or None)
    if states.merged is not None:
        _put_columns(row, states.merged)


def _put_columns(row: OrderRow, merged: Order) -> None:
    """What reports count by, in columns of its own."""
    row.promo_key = key_of(merged.promo_code)[:PROMO_KEY_CHARACTERS]
    row.ordered_on, row.currency = merged.date, merged.currency[:CURRENCY_CHARACTERS]
    row.total, row.paid_by_bonus = money(merged.total), money(merged.paid_by_bonus)
    row.called_off = merged.canceled or merged.deletion_mark


def note_attempt(row: OrderRow, column: str, order: Any) -> None:
    """Remember in ``sent`` or ``offered`` (not saved) an order, as JSON, that is about to be written: no answer may come."""
    earlier = getattr(row, column) or []
    if not earlier or earlier[-1] != order:
        setattr(row, column, [*earlier, order][-ATTEMPTS_LIMIT:])


def _order(value: Any) -> Order | None:
    return None if value is None else from_json(Order, value)


def _orders(values: Any) -> tuple[Order, ...]:
    return tuple(from_json(Order, value) for value in values or ())


def _written(order: Order | None, written: dict[int, Any]) -> Any:
    if order is None:
        return None
    if id(order) not in written:
        written[id(order)] = to_json(order)
    return written[id(order)]


def lock_node(node_id: int) -> None:
    """Until the end of the transaction nobody else decides about this node's orders."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (7401, node_id))


def want(orders: Sequence[OrderRow], target: str) -> None:
    """Make deliveries due: the target should have each order's current version, and a given-up one gets a new chance."""
    settled = Delivery.objects.filter(order__in=[order.pk for order in orders], target=target, wanted__lte=F("confirmed"))
    settled.update(due_since=Now())
    rows = [
        Delivery(order=order, target=target, wanted=order.version, status_moved=has_status_moved(order)) for order in orders
    ]
    Delivery.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["order", "target"], update_fields=["wanted", "status_moved"]
    )
    give_chance(Delivery.objects.filter(order__in=[order.pk for order in orders], target=target))


def has_status_moved(order: OrderRow) -> bool:
    """Whether the portal has another word than ours on how far the order is."""
    known = order.in_portal or {}
    return any(order.merged.get(name) != known.get(name) for name in STATUS_FIELDS)


def settle(orders: Iterable[OrderRow], target: str) -> None:
    """Nothing of the orders is lacking on this side any more: whatever was wanted counts as there.

    A deal may lack even so what it alone shows (the number, the exchange node): the next drain sees that without a call.
    """
    version = Subquery(OrderRow.objects.filter(pk=OuterRef("order")).values("version"))
    behind = Delivery.objects.filter(order__in=[order.pk for order in orders], target=target, confirmed__lt=version)
    if target == Delivery.Target.PORTAL:
        give_chance(behind)
    else:
        behind.update(wanted=version, confirmed=version, attempts=0, retry_at=None, problem_code="", problem="")


def give_chance(deliveries: QuerySet[Delivery]) -> None:
    """Forget the failures. The time of an unanswered create stands: before it the create may still be under way."""
    deliveries.update(attempts=0, problem_code="", problem="")
    deliveries.filter(outcome_unknown=False).update(retry_at=None)
