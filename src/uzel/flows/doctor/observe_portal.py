"""The portal is asked what it is like, our tables what waits for it. Reads only; what was asked counts against the limits."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from uzel.bitrix24.batch import Command, Done
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog, currency, events, pipeline
from uzel.bitrix24.errors import PortalError, Refused, WrongCredentials
from uzel.bitrix24.setup_plan import Step, plan
from uzel.flows.catalog.catalog_status import catalog_status
from uzel.flows.doctor.finding import Grade
from uzel.flows.doctor.portal_record import Budget, ObservedPortal, PortalNode, Told, Waiting
from uzel.flows.portal.portal_access import application_of
from uzel.flows.portal.portal_budget import budget_of
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.portal_status import portal_status
from uzel.flows.portal.portal_work import WORK
from uzel.flows.setup.build_portal import wanted_of
from uzel.flows.setup.look_at_portal import ask, look_at_portal
from uzel.flows.setup.pipelines import missing_stages
from uzel.flows.setup.set_up_portal import Check, check_reading, check_rights
from uzel.flows.staff.check_employees import GOOD, WRONG, check_employees
from uzel.flows.staff.follow_staff import all_users
from uzel.hub.models import Delivery, Node, OrderRow, Portal, PortalApplication

REASONS = 3  # named of those for which something was given up
STAFF = ("without_number", "shared", "doubtful", "dismissed")  # in the order of `check_employees`
RIGHTS = ("scopes", "employee")  # in the order of `check_rights`
_GRADES = {GOOD: Grade.OK, WRONG: Grade.WARNING}


def observe_portal(portal: Portal, now: dt.datetime) -> ObservedPortal:
    """Everything that the checks look at; a portal that does not answer is a fact like any other."""
    asked: dict[str, Any] = {}
    trouble = ""
    try:
        with open_line(portal) as client:
            ask(client, Command("profile", {}, "profile"))
            asked = _asked(portal, client)
    except PortalError as error:
        trouble = str(error)
    portal.refresh_from_db()
    status, missing = portal_status(portal, now), asked.pop("missing", {})
    return ObservedPortal(
        now=now, way=status.way, problem=status.problem, promo_problem=status.promo_problem,
        keys="; ".join(status.warnings), events=status.events, last_event_at=status.last_event_at,
        swept_at=status.swept_at, is_set_up="node_field" in portal.setup,
        exchange_user_id=portal.exchange_user_id, trouble=trouble,
        nodes=tuple(_node(one, missing) for one in Node.objects.filter(portal=portal).order_by("pk")),
        waiting=_waiting(portal, now), budget=_budget(portal, now), staff=_staff(portal), **asked,
    )  # fmt: skip


def _asked(portal: Portal, client: PortalClient) -> dict[str, Any]:
    """What the portal says of itself, as far as it lets us read; ``missing`` are stages by node."""
    found: dict[str, Any] = {}
    unread: set[str] = set()
    for name, look in _LOOKS.items():
        try:
            found[name] = look(portal, client)
        except (Refused, WrongCredentials):  # a scope that is not given comes as the latter
            unread.add(name)
    return {**found, "unread": frozenset(unread)}


def _rights(portal: Portal, client: PortalClient) -> dict[str, Told]:
    told = {name: _told(check) for name, check in zip(RIGHTS, check_rights(portal, client), strict=True)}
    return {**told, "deals": _told(check_reading(client))}


def _scopes(_: Portal, client: PortalClient) -> frozenset[str]:
    return frozenset(ask(client, Command("scope", {}, "scope")))


def _steps(portal: Portal, client: PortalClient) -> tuple[Step, ...]:
    return plan(wanted_of(portal), look_at_portal(client))


def _pipelines(_: Portal, client: PortalClient) -> frozenset[int]:
    return frozenset(one.category_id for one in pipeline.read_all(ask(client, pipeline.list_all("pipelines"))))


def _currencies(_: Portal, client: PortalClient) -> frozenset[str]:
    return currency.read_all(ask(client, currency.list_all("currencies")))


def _told(check: Check) -> Told:
    return Told(Grade.OK if check.passed else Grade.WRONG, check.outcome, check.advice)


def _staff(portal: Portal) -> dict[str, Told]:
    """Nothing before the staff was read for the first time."""
    if portal.users_read_at is None:
        return {}
    return {name: Told(_GRADES[one.verdict], one.text) for name, one in zip(STAFF, check_employees(portal), strict=True)}


def _node(node: Node, missing: dict[str, tuple[str, ...]]) -> PortalNode:
    return PortalNode(
        node.code, node.title, node.active, node.category_id, node.default_responsible_id, node.bulk_load,
        node.catalog_source, missing.get(node.code, ()), _currencies_of(node),
    )  # fmt: skip


def _currencies_of(node: Node) -> frozenset[str]:
    return frozenset(OrderRow.objects.filter(node=node).exclude(currency="").values_list("currency", flat=True).distinct())


def _unbound(portal: Portal, client: PortalClient) -> tuple[str, ...] | None:
    """Events that the portal does not tell our application of, in the way that it uses now."""
    row = application_of(portal)
    if row is None:
        return None
    handler = f"{row.hub_address}/portal/{row.portal.code}/events"
    bound = events.read_bindings(client.call("event.get", {}, repeatable=True).result)
    offline = row.events == PortalApplication.OFFLINE
    wanted = events.wanted(handler, offline=offline, connector=row.connector if offline else "")
    return tuple(sorted({one.event for one in wanted - bound}))


def _ahead(_: Portal, client: PortalClient) -> dt.timedelta | None:
    """By the moment between the question and the answer."""
    before = timezone.now()
    told = str(client.call("server.time", {}, repeatable=True).result)
    after = timezone.now()
    try:
        moment = dt.datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment - (before + (after - before) / 2) if moment.tzinfo else None


def _shelf(_: Portal, client: PortalClient) -> catalog.Shelf | None:
    answers = client.batch(catalog.shelf())
    found = {key: one.result for key, one in answers.items() if isinstance(one, Done)}
    try:
        return catalog.read_shelf(found)
    except (LookupError, StopIteration):
        return None


#: Field of the record → how the portal is asked for it.
_LOOKS: Mapping[str, Callable[[Portal, PortalClient], Any]] = {
    "rights": _rights,
    "scopes": _scopes,
    "steps": _steps,
    "pipelines": _pipelines,
    "currencies": _currencies,
    "missing": missing_stages,
    "users": lambda _, client: tuple(all_users(client)),
    "unbound": _unbound,
    "ahead": _ahead,
    "shelf": _shelf,
}


def _waiting(portal: Portal, now: dt.datetime) -> Waiting:
    oldest = [moment for moment in (kind.oldest(portal) for kind in WORK) if moment]
    given_up = Delivery.objects.filter(order__node__portal=portal, target=Delivery.Target.PORTAL).exclude(problem_code="")
    reasons = given_up.values_list("problem").annotate(count=Count("pk"), first=Min("pk")).order_by("-count", "first")
    sources = catalog_status(portal, now).sources
    return Waiting(
        rows=sum(kind.waiting(portal).count() for kind in WORK),
        since=min(oldest, default=None),
        given_up=given_up.count(),
        reasons=tuple(problem for problem, *_ in reasons[:REASONS]),
        catalog_given_up=sum(one.given_up for one in sources),
        catalog_reasons=tuple(_some(reason for one in sources for reason in one.reasons)),
    )


def _some(reasons: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(reasons))[:REASONS]


def _budget(portal: Portal, now: dt.datetime) -> Budget:
    found = budget_of(portal, now)
    return Budget(
        refused=found["requests"]["rejected"],
        less_by_refusal=found["requests"]["less_by_refusal"],
        blocked=tuple((one["method"], one["blocked_until"]) for one in found["methods"] if one["blocked_until"]),
    )
