"""What is known of a base from its real calls, files and orders: the record that the checks of a node look at."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One call. ``session``: id of its session, 0 for none; ``agent``: User-Agent; ``problem``: why it was refused."""

    at: dt.datetime
    kind: str = "sale"
    mode: str = "checkauth"
    status: int = 200
    session: int = 0
    address: str = ""
    agent: str = ""
    cookie: bool = False
    sessid: bool = False
    problem: str = ""
    reply: str = ""
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class SeenFile:
    """One file of a base. ``old_protocol``: its session named no version; ``formed``: ДатаФормирования as written."""

    name: str
    at: dt.datetime
    state: str = "done"
    zipped: bool = False
    old_protocol: bool = False
    problem: str = ""
    reason: str = ""
    sha256: str = ""
    catalog: bool = False
    formed: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class SeenOrders:
    """Orders of the period, counted. ``twice``: numbers that several documents bear, ``statuses``: not in the status table.

    ``rejected``: reasons of refused documents and how many; ``held``: orders that wait for a person, ``given_up``: what the
    portal or the base did not take, ``waits_since``: the oldest change that the base has not taken;
    ``orderless``: payments and shipments that wait for their orders, ``orderless_since``: the oldest of them.
    """

    orders: int = 0
    documents: int = 0
    with_person: int = 0
    with_number_of_person: int = 0
    with_promo_code: int = 0
    with_counterparty: int = 0
    with_number: int = 0
    statuses: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    rejected: tuple[tuple[str, int], ...] = ()
    without_id: int = 0
    held: int = 0
    given_up: int = 0
    waits: int = 0
    waits_since: dt.datetime | None = None
    orderless: int = 0
    orderless_since: dt.datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedNode:
    """Everything that the checks of real calls look at. ``calls``, ``strangers``, ``files``: newest first.

    ``strangers``: calls at the node's own address by nobody we know. ``silent_since``: it is silent against its rhythm.
    ``zone_offset``: of our time zone from UTC.
    """

    code: str
    now: dt.datetime
    days: int = 14
    active: bool = True
    profile: str = "unf"
    dialect: str = ""
    heard: str = ""
    encoding: str = "utf-8"
    receives_changes: bool = False
    catalog_source: bool = False
    ever_called_at: dt.datetime | None = None
    silent_since: dt.datetime | None = None
    calls: tuple[SeenCall, ...] = ()
    strangers: tuple[SeenCall, ...] = ()
    files: tuple[SeenFile, ...] = ()
    orders: SeenOrders = field(default_factory=SeenOrders)
    zone_offset: dt.timedelta = dt.timedelta(hours=3)

    def of_mode(self, *modes: str) -> list[SeenCall]:
        """Calls of these modes, newest first."""
        return [one for one in self.calls if one.mode in modes]

    def sessions(self, calls: Iterable[SeenCall] | None = None) -> dict[int, list[SeenCall]]:
        """Calls of each session, newest session first, its calls in the order in which they came."""
        found: dict[int, list[SeenCall]] = {}
        for one in self.calls if calls is None else calls:
            if one.session:
                found.setdefault(one.session, []).insert(0, one)
        return found
