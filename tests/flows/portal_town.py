"""A hub connected to an emulated portal without limits, for tests of the flows between them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal
from uzel.flows.deals.apply_plan import owners_of
from uzel.flows.files.order_book import OrderBook
from uzel.flows.portal.connect_portal import connect
from uzel.flows.portal.drain_portal import Drained, drain
from uzel.flows.portal.sweep_portal import sweep
from uzel.flows.setup.set_up_portal import set_up
from uzel.hub.models import Delivery, Employee, Node, OrderRow, Package, Portal
from uzel.hub.queries import node_field_of, rules_of, staff_of
from uzel.model import Counterparty, Order, OrderLine, Responsible
from uzel.sync.plan import States, news_from_node

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
TEA = OrderLine("tea", "Чай", Decimal(3), Decimal("100.00"), Decimal("270.00"), Decimal("30.00"), Decimal(20))
CUP = OrderLine("cup#red", "Кружка", Decimal(1), Decimal("390.50"), Decimal("390.50"))
MARIA = Counterparty("g-maria", "Иванова Мария", "Иванова Мария Петровна", phones=("+79161234501",), emails=("m@example.com",))
ORDER = Order(
    "doc-1",
    number="A-1",
    date=dt.date(2026, 3, 1),
    total=Decimal("660.50"),
    status="N",
    comment="Позвонить",
    counterparty=MARIA,
    lines=(TEA, CUP),
    responsible=Responsible("0001", ""),
    promo_code="ВЕСНА10",
    number_in_node="НФ-1",
)


class Hub:
    """The hub with one portal and one node; time moves only when told."""

    def __init__(self, emulator: RunningPortal, *, lists_only: bool = True, **node: Any) -> None:
        self.emulator, self.now = emulator, NOW
        self.portal, _ = connect(emulator.webhook)
        parameters: dict[str, Any] = {"code": "shop", "title": "Тверская", "login": "shop", "receives_changes": True} | node
        self.node = Node.objects.create(portal=self.portal, password_hash="x", **parameters)
        Employee.objects.create(portal=self.portal, personnel_number="0001", user_id=2)
        with in_a_hurry(self.portal):
            set_up(self.portal, lists_only=lists_only)
        self.emulator.forget_calls()

    @transaction.atomic
    def receive(self, *orders: Order) -> None:
        """The base shows orders."""
        rules, staff = rules_of(self.node), staff_of(self.node)
        book = OrderBook(self.node, [order.document_id for order in orders], [order.number for order in orders])
        for order in orders:
            entry = book.find(order.document_id, order.number)
            states = entry.states() if entry else States()
            book.take(entry, news_from_node(states, order, owners_of(states, rules)))
        book.save(Package.objects.create(node=self.node, file_name="x.xml"), staff)

    def drain(self) -> Drained:
        """Write what is due now."""
        return drain(self.portal.pk, lambda: self.now)

    def sweep(self) -> int:
        """Look for changes now."""
        return sweep(self.portal.pk, self.now)

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(seconds=seconds)

    def row(self, number: str = "A-1") -> OrderRow:
        """The order's row as it is."""
        return OrderRow.objects.get(number=number)

    def delivery(self, target: str = "portal", number: str = "A-1") -> Delivery:
        """The order's delivery to a side."""
        return Delivery.objects.get(order__number=number, target=target)

    def deals(self) -> list[dict[str, Any]]:
        """Deals as the portal has them."""
        return list(self.emulator.state()["deals"])

    @property
    def node_field(self) -> str:
        """The field in which deals name their exchange node."""
        return node_field_of(self.portal)

    @property
    def node_item(self) -> int:
        """What stands there for the node."""
        return int(self.portal.setup["nodes"][self.node.code])

    def commands(self) -> dict[str, int]:
        """How often each method was called."""
        return dict(self.emulator.calls()["counters"]["commands"])

    def writes(self) -> int:
        """How many commands changed something."""
        return sum(
            calls for name, calls in self.commands().items() if name.rpartition(".")[2] in ("add", "update", "set", "delete")
        )


@contextmanager
def in_a_hurry(portal: Portal) -> Iterator[None]:
    """Many single calls without waiting for our own limits; they count for nothing afterwards."""
    Portal.objects.filter(pk=portal.pk).update(speed=1000.0)
    portal.refresh_from_db()
    yield
    Portal.objects.filter(pk=portal.pk).update(speed=1.0, limits={})
    portal.refresh_from_db()


@contextmanager
def open_hub(options: Options | None = None, **node: Any) -> Iterator[Hub]:
    """Start the portal and connect the hub to it."""
    with start_portal(limits=False, options=options) as emulator:
        yield Hub(emulator, **node)


def moved(order: Order, **changes: Any) -> Order:
    """Another word of the base about an order."""
    return replace(order, **changes)


__all__ = ["CUP", "MARIA", "NOW", "ORDER", "TEA", "Hub", "Portal", "in_a_hurry", "moved", "open_hub"]
