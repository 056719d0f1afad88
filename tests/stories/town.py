"""A town in this process: a portal, three bases and the hub between them, on real HTTP, real XML and a real PostgreSQL.

Nothing happens by itself: the clock is moved by hand, events of the portal travel and background work is done when a story
says so. So a story depends on nothing but its own steps.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from django.apps import apps
from django.db import connection
from django.db.models import F

from tests.stories.doom import die_in
from tests.stories.server import Web
from uzel.demo.compare import PortalState
from uzel.demo.people import PEOPLE
from uzel.demo.shops import SHOPS, STAGES, Shop
from uzel.emulators.bitrix24_portal import RunningPortal, start_portal
from uzel.emulators.onec_base import Base, Report
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.flows.portal.connect_portal import connect
from uzel.flows.portal.drain_portal import drain
from uzel.flows.portal.portal_work import seconds_to_retry
from uzel.flows.portal.sweep_portal import SWEEP_S
from uzel.flows.setup.set_up_portal import set_up
from uzel.hub.ledger import ledger
from uzel.hub.models import DealNotice, Delivery, Employee, Node, Package, Portal
from uzel.hub.passwords import hash_password

UNF, UT, BITRIX = "tverskaya", "sokol", "nevsky"
TOWN_SHOPS = tuple(shop for shop in SHOPS if shop.code in (UNF, UT, BITRIX))
#: The same shops with other habits: all of them receive changes, UNF without «Подчинённые документы», the module in 2.09.
OTHER_SHOPS = tuple(
    replace(shop, receives_changes=True, options=options)
    for shop, options in zip(TOWN_SHOPS, ({}, {"use_session_id": True}, {"version": "2.09"}), strict=True)
)
TOKEN = "token-of-events"
MOSCOW = ZoneInfo("Europe/Moscow")
START = dt.datetime(2026, 3, 2, 10, 0, tzinfo=MOSCOW)
SPEED = 1000.0  # nobody waits for the budget of requests
ROUNDS = 12  # of exchanges of all bases until quiet; a healthy town needs three
DRAINS = 40  # in one round, the clock being moved to the next attempt in between
WRITES = ("add", "update", "set", "delete")


class Clock:
    """The only time of the town."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> dt.datetime:
        return self._now

    def timestamp(self) -> float:
        return self._now.timestamp()

    def local(self) -> dt.datetime:
        """As a base knows it: without a zone."""
        return self._now.replace(tzinfo=None)

    def advance(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)


@dataclass(slots=True)
class Town:
    """``unsaid``: orders by base whose changes 1C itself forgot to send, see :meth:`exchange`. ``spoken``: orders that a
    base has sent at least once: of one that came from the portal it is silent until somebody touches it.
    """

    web: Web
    portal: RunningPortal
    portal_id: int
    clock: Clock
    bases: dict[str, Base]
    shops: dict[str, Shop]
    unsaid: dict[str, set[str]] = field(default_factory=dict)
    spoken: set[str] = field(default_factory=set)
    overwritten: set[str] = field(default_factory=set)
    doom_of_reading: list[int] = field(default_factory=list)

    # --- what happens when a story says so ----------------------------------------------------------------------

    def exchange(self, code: str, *, everything: bool = False) -> Report:
        """One exchange of a base.

        1C forgets that it changed an order when it loads the same order (onec-exchange 4.2): it will not send the change
        until somebody touches the order again, and no hub can know of it.
        """
        books = self.bases[code].shop.books
        before = set(books.changed)
        report = self.bases[code].exchange(everything=everything)
        lost = before & set(report.loaded)
        self.unsaid.setdefault(code, set()).update(lost)
        self.overwritten |= lost
        assert self.shops[code].receives_changes or not report.loaded, "a base without the right got orders"
        self.spoken.update(report.sent)
        return report

    def drain(self) -> None:
        """The worker's visit to the portal."""
        drain(self.portal_id, self.clock.now)

    def read_packages(self, _seconds: float = 0.0) -> None:
        """The worker reads the files that wait; also what happens while a base waits between two calls of ``import``."""
        if self.doom_of_reading:
            die_in(self._read_packages, self.doom_of_reading.pop(0))
        else:
            self._read_packages()

    def _read_packages(self) -> None:
        for package_id in Package.objects.filter(state=Package.State.WAITING).order_by("pk").values_list("pk", flat=True):
            read_in_turn(package_id, self.clock.now())

    def deliver_events(self) -> int:
        """All events of the portal that have not arrived yet."""
        return self.portal.events.deliver_now()

    # --- until nothing is under way -----------------------------------------------------------------------------

    def settle(self) -> None:
        """Every base exchanges and the portal is visited until nobody owes anything to anybody."""
        for _ in range(ROUNDS):
            self.round()
            if not self.owed():
                return
        raise AssertionError(f"no quiet after {ROUNDS} rounds: {self.owed()}")

    def round(self) -> None:
        """One exchange of every base, then everything the portal should have and has to say."""
        for code, base in self.bases.items():
            base.shop.books.changed.update(self.unsaid.pop(code, set()) & set(base.shop.books.orders))
            self.exchange(code)
        self.visit_portal()

    def visit_portal(self) -> None:
        """Drains until nothing is due for the portal; the clock moves to each next attempt."""
        self.read_packages()
        for _ in range(DRAINS):
            self.deliver_events()
            self.drain()
            seconds = seconds_to_retry(self.portal_id, self.clock.now())
            if seconds is not None:
                self.clock.advance(seconds)
            elif not self._owed_to_portal():
                break
        self.clock.advance(SWEEP_S)  # events get lost: the sweep finds what they did not tell
        self.deliver_events()
        self.drain()

    def owed(self) -> dict[str, Any]:
        """What is still under way, by words; nothing when the town is quiet."""
        to_node = Delivery.objects.filter(
            target="node",
            wanted__gt=F("confirmed"),
            order__node__receives_changes=True,
            order__hold="",
            order__deal_deleted=False,
        )
        counts = self._owed_to_portal() | {
            "orders for bases": list(to_node.values_list("order__number", flat=True)),
            "orders in bases": [order.site_number for base in self.bases.values() for order in base.due()],
            "said wrongly by 1C": [*filter(None, self.unsaid.values())],
        }
        return {name: value for name, value in counts.items() if value}

    def _owed_to_portal(self) -> dict[str, Any]:
        due = Delivery.objects.filter(target="portal", wanted__gt=F("confirmed"), problem_code="")
        counts = {
            "orders for the portal": list(due.values_list("order__number", flat=True)),
            "events": self.portal.events.waiting(),
            "notices": DealNotice.objects.filter(noticed__gt=F("handled")).count(),
            "files": sum(row.unfinished_packages for row in ledger()),
        }
        return {name: value for name, value in counts.items() if value}

    # --- looking ------------------------------------------------------------------------------------------------

    def state(self) -> PortalState:
        return PortalState.of(self.portal.state())

    def deals_of(self, code: str) -> list[dict[str, Any]]:
        """Deals of a base, oldest first."""
        state = self.state()
        return [dict(deal) for _, deal in sorted(state.deals.items()) if state.node_of(deal) == code]

    def writes(self) -> dict[str, int]:
        """Commands that changed something in the portal since :meth:`forget_calls`."""
        commands = self.portal.calls()["counters"]["commands"]
        return {name: count for name, count in commands.items() if name.rpartition(".")[2] in WRITES}

    def node(self, code: str) -> Node:
        return Node.objects.get(code=code)

    @property
    def node_field(self) -> str:
        """Field of a deal that names its base."""
        return self.state().node_field

    def node_item(self, code: str) -> str:
        """What stands there for a base."""
        return next(item for item, title in self.state().node_items.items() if title.endswith(f"({code})"))


@contextmanager
def open_town(web: Web, client: httpx2.Client, shops: tuple[Shop, ...] = TOWN_SHOPS) -> Iterator[Town]:
    """A new town; whatever an earlier one left in the database is gone."""
    wipe()
    clock = Clock()
    with start_portal(speed=SPEED, limits=False, now=clock.timestamp) as portal:
        row, _ = connect(portal.webhook, event_token=TOKEN, speed=SPEED)
        town = Town(web, portal, row.pk, clock, {}, {shop.code: shop for shop in shops})
        for shop in shops:
            _add_node(row, shop)
            town.bases[shop.code] = _base(shop, web, client, clock, town.read_packages)
        failed = [check for check in set_up(row) if not check.passed]
        assert not failed, failed
        Employee.objects.bulk_create(Employee(portal=row, personnel_number=n, user_id=user) for n, user in PEOPLE.items())
        portal.set_event_handler(f"{web.url}/portal/main/events", TOKEN)
        portal.events.pause()
        yield town
        web.doom.clear()


def _add_node(portal: Portal, shop: Shop) -> None:
    Node.objects.create(
        portal=portal, code=shop.code, title=shop.title, login=shop.login, password_hash=_hash(shop.password),
        profile=shop.profile, receives_changes=shop.receives_changes, encoding=shop.encoding,
        stages=[] if shop.profile == "ut" else [list(row) for row in STAGES],
    )  # fmt: skip


_hashes: dict[str, str] = {}


def _hash(password: str) -> str:
    return _hashes.setdefault(password, hash_password(password))


def _base(shop: Shop, web: Web, client: httpx2.Client, clock: Clock, sleep: Callable[[float], None]) -> Base:
    return Base(
        shop.profile, f"{web.url}/1c/{shop.code}/", shop.login, shop.password,
        title=shop.title, clock=clock.local, sleep=sleep, client=client, **shop.options,
    )  # fmt: skip


def wipe() -> None:
    """Empty the tables of the hub and the queue of jobs."""
    tables = [model._meta.db_table for model in apps.get_app_config("hub").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}, procrastinate_jobs RESTART IDENTITY CASCADE")
