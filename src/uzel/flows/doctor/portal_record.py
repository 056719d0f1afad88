"""What the portal and our tables say of the portal's side: the record that the checks of the portal look at."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from uzel.bitrix24.entities.catalog import Shelf
from uzel.bitrix24.entities.user import User
from uzel.bitrix24.setup_plan import Kind, Step
from uzel.flows.doctor.finding import Grade


@dataclass(frozen=True, slots=True)
class Told:
    """What a check of the set-up or of the staff says: as it is there, in its own words."""

    grade: Grade
    seen: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class PortalNode:
    """A base as far as the portal is concerned. ``missing``: stages of its status table that the portal does not have;
    ``currencies``: those of its orders.
    """

    code: str
    title: str
    active: bool = True
    category_id: int = 0
    default_responsible_id: int | None = None
    bulk_load: bool = False
    catalog_source: bool = False
    missing: tuple[str, ...] = ()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be written: rows, since when, how many were given up with what reason, most first."""

    rows: int = 0
    since: dt.datetime | None = None
    given_up: int = 0
    reasons: tuple[str, ...] = ()
    catalog_given_up: int = 0
    catalog_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Of the portal's limits: requests refused to us, methods whose time is spent and until when."""

    refused: int = 0
    less_by_refusal: bool = False
    blocked: tuple[tuple[str, dt.datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedPortal:
    """``trouble``: why the portal could not be asked; then only what our tables know is filled in. ``unread``: names of the
    fields below that it would not let us read.

    ``rights`` (scopes, employee, deals) and ``staff`` (by the look) are told by the set-up and by the check of employees.
    ``unbound``: events of an application that nobody tells of; None for a webhook. ``ahead``: the portal's clock before ours.
    """

    now: dt.datetime
    way: str = "webhook"
    problem: str = ""
    promo_problem: str = ""
    keys: str = ""
    events: str = "outgoing"
    last_event_at: dt.datetime | None = None
    swept_at: dt.datetime | None = None
    is_set_up: bool = True
    exchange_user_id: int | None = None
    nodes: tuple[PortalNode, ...] = ()
    waiting: Waiting = field(default_factory=Waiting)
    budget: Budget = field(default_factory=Budget)
    staff: Mapping[str, Told] = field(default_factory=dict)
    trouble: str = ""
    unread: frozenset[str] = frozenset()
    rights: Mapping[str, Told] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    pipelines: frozenset[int] = frozenset()
    currencies: frozenset[str] = frozenset()
    users: tuple[User, ...] = ()
    unbound: tuple[str, ...] | None = None
    ahead: dt.timedelta | None = None
    shelf: Shelf | None = None

    def lacking(self, *kinds: Kind) -> list[Step]:
        """Steps of the set-up of these kinds that are not done."""
        return [one for one in self.steps if one.kind in kinds and one.action != "keep"]
