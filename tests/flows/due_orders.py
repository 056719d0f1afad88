"""Orders that a base is waiting for, as rows; and their life in a test."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from uzel.exchange.commands import CheckAuth
from uzel.flows.calls.open_session import open_session
from uzel.flows.deals.apply_plan import apply_plan, owners_of
from uzel.hub.models import Delivery, ExchangeSession, Node, OrderRow
from uzel.hub.queries import rules_of, states_of
from uzel.model import Counterparty, Order, OrderLine
from uzel.model.codec import to_json
from uzel.sync.plan import news_from_portal

NOW = dt.datetime(2026, 1, 10, 9, 0, tzinfo=dt.UTC)


def make_order(number: str = "7", **fields: Any) -> Order:
    """An order as the portal shows it."""
    line = OrderLine("item", "Стул", Decimal(1), Decimal(100), Decimal(100))
    buyer = Counterparty("buyer", "Иванов Иван", "Иванов Иван")
    order = Order(f"id-{number}", number, dt.date(2026, 1, 10), dt.time(), "RUB", Decimal(100), "N", "", buyer, (line,))
    return replace(order, **fields)


def due_order(node: Node, number: str = "7", **fields: Any) -> OrderRow:
    """An order born in the portal, which its base has not got yet."""
    order = make_order(number, **fields)
    shown = to_json(order)
    row = OrderRow.objects.create(
        node=node, document_id=order.document_id, number=number, born_in_portal=True, in_portal=shown, merged=shown, version=1
    )
    Delivery.objects.create(order=row, target=Delivery.Target.NODE, wanted=1)
    return row


def change_in_portal(row: OrderRow, **fields: Any) -> None:
    """A manager changes the deal."""
    row.refresh_from_db()
    states, rules = states_of(row), rules_of(row.node)
    assert states.in_portal is not None
    apply_plan(row, news_from_portal(states, replace(states.in_portal, **fields), owners_of(states, rules)))


def delivery_of(row: OrderRow) -> Delivery:
    """What its base is owed."""
    return Delivery.objects.get(order=row, target=Delivery.Target.NODE)


def session_of(node: Node, kind: str = "sale", now: dt.datetime = NOW) -> ExchangeSession:
    """A session of a base."""
    return open_session(node, CheckAuth(kind), now)[0]
