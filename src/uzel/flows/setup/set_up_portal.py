"""``uzel portal setup``: what the exchange needs in the portal is created once; what cannot be is said in plain Russian."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, requisite
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities import user as users
from uzel.bitrix24.entities.deal_fields import NODE
from uzel.bitrix24.errors import PortalError
from uzel.bitrix24.scopes import KNOWN, SCOPES, Use, lacking
from uzel.bitrix24.setup_plan import Action, Kind, Step, plan
from uzel.flows.portal.portal_access import application_of
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.portal_status import token_warning
from uzel.flows.setup.build_portal import Outcome, build_portal, wanted_of
from uzel.flows.setup.look_at_portal import ask, look_at_portal
from uzel.flows.setup.undo_setup import begin_again
from uzel.flows.staff.follow_staff import read_users
from uzel.hub.models import MadeInPortal, Node, Portal

log = logging.getLogger("uzel.setup")

TRY_AGAIN_S = 600  # seconds between two attempts of a drain to add a node that the portal refuses
#: How the exchange employee is named, in either way in.
WEBHOOK, APPLICATION = "Сделайте вебхук", "Подключите приложение заново (uzel portal connect --application)"
#: Russian presets by the word in their XML_ID; the first preset serves where there is none.
PRESET_WORDS = {client_card.COMPANY: "COMPANY", client_card.CONTACT: "INDIVIDUAL"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, how it is, and what a person should do."""

    what: str
    passed: bool
    outcome: str
    advice: str = ""


def plan_setup(portal: Portal, *, lists_only: bool = False) -> tuple[Step, ...]:
    """What :func:`set_up` would do; only reads."""
    with open_line(portal) as client:
        return plan(wanted_of(portal, lists_only=lists_only), look_at_portal(client))


def set_up(portal: Portal, *, lists_only: bool = False) -> list[Check]:
    """Check the exchange employee, create what is lacking, learn the staff. Safe to repeat."""
    with open_line(portal) as client:
        checks = check_rights(portal, client)
        if all(check.passed for check in checks):
            outcomes = build_portal(portal, client, timezone.now(), lists_only=lists_only)
            if all(one.passed for one in outcomes if one.step.kind != Kind.STAGE):  # a missing stage is no edit of a deal
                begin_again(portal)
            checks.append(_try("Права для настроенного", lambda line: _check_uses(portal, line), client))
            checks += map(_of_outcome, outcomes)
            checks += _check_keys(portal, timezone.now())
            checks.append(check_reading(client))
            checks.append(_try("Сотрудники портала", lambda line: _check_users(portal, line), client))
            complete_setup(portal, client)
    return checks


def check_rights(portal: Portal, client: PortalClient) -> list[Check]:
    """What the way in may do at all, and whether the exchange employee may do everything; two calls."""
    return [
        _try("Права подключения", _check_scopes, client),
        _try("Сотрудник обмена", lambda line: _check_employee(portal, line), client),
    ]


def check_reading(client: PortalClient) -> Check:
    """Whether deals can be read; one call."""
    return _try("Сделки", _check_deals, client)


def complete_setup(portal: Portal, client: PortalClient) -> None:
    """What a drain needs: something that stands for each node, and templates of requisites. Costs nothing when all is there.

    Why a node could not be had stays on record as ``trouble`` of the set-up until it can.
    """
    if "node_field" in portal.setup:
        lacking, now = _lacking(portal), timezone.now()
        if lacking - _refused_lately(portal, now):
            _add_nodes(portal, client, now)
        elif not lacking and portal.setup.pop("trouble", ""):
            portal.save(update_fields=["setup"])
    if "presets" not in portal.setup:
        portal.setup["presets"] = _presets(ask(client, requisite.presets("presets")))
        portal.save(update_fields=["setup"])


def _lacking(portal: Portal) -> set[str]:
    codes = Node.objects.filter(portal=portal).values_list("code", flat=True)
    return set(codes) - set(portal.setup["nodes"])


def _refused_lately(portal: Portal, now: dt.datetime) -> set[str]:
    """A portal that refuses a node is not asked at every drain."""
    since = now - dt.timedelta(seconds=TRY_AGAIN_S / portal.speed)
    return {code for code, tried in portal.setup.get("refused", {}).items() if dt.datetime.fromisoformat(tried) > since}


def _add_nodes(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    trouble = ""
    try:
        outcomes = build_portal(portal, client, now, kinds=frozenset((Kind.NODE,)))
        trouble = "; ".join(f"{one.step.title}: {one.text}" for one in outcomes if not one.passed)
    except PortalError as error:
        trouble = str(error)
        raise
    finally:
        portal.setup["refused"] = dict.fromkeys(sorted(_lacking(portal)), now.isoformat())
        portal.setup["trouble"] = trouble
        portal.save(update_fields=["setup"])


def _of_outcome(outcome: Outcome) -> Check:
    refused = not outcome.passed and outcome.step.action == Action.CREATE
    return Check(
        outcome.step.title, outcome.passed, outcome.text, "Исправьте причину и повторите настройку." if refused else ""
    )


def _try(what: str, look: Callable[[PortalClient], str], client: PortalClient) -> Check:
    """A look that raises is a failed check with the portal's reason."""
    try:
        return Check(what, True, look(client))
    except LackingError as lack:
        return Check(what, False, str(lack), lack.advice)
    except PortalError as error:
        return Check(what, False, f"портал ответил: {error}", "Проверьте подключение и права сотрудника обмена и повторите.")


class LackingError(Exception):
    """A check found something missing."""

    def __init__(self, outcome: str, advice: str) -> None:
        super().__init__(outcome)
        self.advice = advice


def _check_scopes(client: PortalClient) -> str:
    given = set(ask(client, Command("scope", {}, "scope")))
    missing = lacking(given, (Use.ALWAYS,))
    if missing:
        raise LackingError(f"не хватает: {', '.join(one.code for one in missing)}", "Отметьте недостающие права в портале.")
    needless = sorted(given - KNOWN)
    return ", ".join(one.code for one in SCOPES if one.use == Use.ALWAYS) + (
        f"; обмену не нужны: {', '.join(needless)}" if needless else ""
    )


def _check_uses(portal: Portal, client: PortalClient) -> str:
    """Without these the exchange goes on, but not all of what was set up."""
    missing = lacking(ask(client, Command("scope", {}, "scope")), uses_of(portal))
    if missing:
        named = "; ".join(f"{one}: {one.why}" for one in missing)
        raise LackingError(f"не хватает: {named}", "Отметьте недостающие права в портале и повторите настройку.")
    return "все есть"


def uses_of(portal: Portal) -> frozenset[Use]:
    """What of the exchange is set up here, beside what always is."""
    chosen = {
        Use.PROCESSES: portal.setup.get("node_field", NODE) != NODE,
        Use.NUMBERS: MadeInPortal.objects.filter(portal=portal, kind=Kind.EMPLOYEE_FIELD).exists(),
        Use.GOODS: Node.objects.filter(portal=portal, catalog_source=True).exists(),
        Use.NOTICES: bool(settings.UZEL_ALERT_USERS),
    }
    return frozenset(use for use, is_chosen in chosen.items() if is_chosen)


def _check_employee(portal: Portal, client: PortalClient) -> str:
    """Only an administrator of the portal may do all that is needed (bitrix24-rest E, G2); one of CRM alone does not pass.

    He makes fields of deals and smart processes, but no field of employees, and the queue of events is closed to him.
    """
    profile = ask(client, Command("profile", {}, "profile"))
    name = users.read_user(profile).full_name
    if not profile.get("ADMIN"):
        raise LackingError(
            f"{name}: не администратор портала",
            f"{WEBHOOK if application_of(portal) is None else APPLICATION} от имени отдельного сотрудника «Обмен с 1С» "
            "с правами администратора портала (администратора CRM мало): он должен видеть и менять все сделки, контакты и "
            "компании и создавать поля сделок и сотрудников.",
        )
    return f"{name}, администратор портала"


def _check_keys(portal: Portal, now: dt.datetime) -> list[Check]:
    """Of an application only: whether its access will go on."""
    row = application_of(portal)
    warning = token_warning(row, now)
    return [] if row is None else [Check("Ключи приложения", not warning, warning or "обновляются сами")]


def _check_deals(client: PortalClient) -> str:
    ask(client, deals.listing("deals", NODE, {}, {"id": "DESC"}))
    return "читаются"


def _check_users(portal: Portal, client: PortalClient) -> str:
    return f"прочитано: {read_users(portal, client, timezone.now())}"


def _presets(found: Any) -> dict[str, int]:
    listed = [(int(one["ID"]), str(one.get("XML_ID") or "")) for one in found]
    first = listed[0][0] if listed else 0
    return {kind: next((i for i, xml_id in listed if word in xml_id), first) for kind, word in PRESET_WORDS.items()}
