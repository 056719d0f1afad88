"""What an employee sees in the portal, by his own webhook: his own deals and nobody else's.

The hub names deals that it knows, the exchange employee (who sees all) tells whose each of them is now, and the employee is
asked for the same ones. His webhook is used for these calls and kept nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from uzel.bitrix24 import wire
from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import deal
from uzel.bitrix24.entities.user import User, read_user
from uzel.bitrix24.errors import PortalError
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.values import is_yes
from uzel.flows.portal.connect_portal import BadAddressError, checked_webhook
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.look_at_portal import ask
from uzel.flows.staff.check_employees import GOOD, UNKNOWN, WRONG, Finding
from uzel.flows.staff.employee_list import known_employees
from uzel.hub.models import OrderRow, Portal

LOOKED_AT = 500  # deals of his, and as many of others, the newest ones
NAMED = 10  # deals in a finding
NO_RIGHT = "ACCESS_DENIED"
People = dict[int, tuple[int, frozenset[int]]]


class WrongEmployeeError(ValueError):
    """The webhook is not of the employee who is meant; the text is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who the webhook says he is and what was found."""

    user: User
    is_admin: bool
    findings: tuple[Finding, ...]


def check_access(portal: Portal, url: str, user_id: int | None = None) -> Access:
    """Look through the employee's eyes. ``user_id``: whom the caller takes him for. Changes nothing, remembers nothing."""
    webhook = checked_webhook(url)
    with open_line(portal) as client, wire.open_http() as http:
        if urlsplit(webhook).netloc.lower() != urlsplit(client.webhook).netloc.lower():
            raise BadAddressError("Вебхук другого портала: нужен вебхук сотрудника того портала, к которому подключён Узел.")
        his = PortalClient(webhook, Governor(speed=portal.speed), http)
        profile = ask(his, Command("profile", {}, "profile"))
        user, is_admin = read_user(profile), is_yes(profile.get("ADMIN"))
        if user_id not in (None, user.user_id):
            raise WrongEmployeeError(f"это вебхук сотрудника {user.user_id} ({user.full_name}), а проверяется {user_id}")
        mapped = _mapped(portal, user)
        if is_admin:
            text = "администратор видит все сделки, проверка ничего не доказывает: нужен вебхук обычного сотрудника"
            return Access(user, True, (mapped, Finding("видит только свои сделки", UNKNOWN, text)))
        ids = _known_deals(portal, user.user_id)
        people = _read(client, ids)
        seen = _read(his, list(people), may_be_refused=True).keys()
    return Access(user, False, (mapped, *judge(user.user_id, people, seen)))


def judge(user_id: int, people: People, seen: Iterable[int]) -> tuple[Finding, Finding]:
    """Whether he sees all deals of his own and none of others. What he watches is his to see, and need not be."""
    own = {one for one, (responsible, _) in people.items() if responsible == user_id}
    watched = {one for one, (_, observers) in people.items() if user_id in observers} - own
    others, seen = people.keys() - own - watched, set(seen)
    return _own(own, seen), _others(others, seen, len(watched & seen))


def _own(own: set[int], seen: set[int]) -> Finding:
    what = "видит свои сделки"
    if not own:
        return Finding(what, UNKNOWN, "Узел не знает ни одной его сделки")
    if hidden := own - seen:
        return Finding(
            what, WRONG, f"не видит {len(hidden)} из {len(own)}: {_named(hidden)}; дайте его роли чтение своих сделок"
        )
    return Finding(what, GOOD, f"все {len(own)}")


def _others(others: set[int], seen: set[int], watched: int) -> Finding:
    what = "не видит чужих сделок"
    note = f"; видит как наблюдатель: {watched}" if watched else ""
    if not others:
        return Finding(what, UNKNOWN, f"Узел не знает ни одной чужой для него сделки{note}")
    if leaked := others & seen:
        advice = "оставьте его роли в CRM «только свои»"
        return Finding(what, WRONG, f"видит {len(leaked)} из {len(others)}: {_named(leaked)}; {advice}{note}")
    return Finding(what, GOOD, f"ни одной из {len(others)}{note}")


def _named(ids: set[int]) -> str:
    few = ", ".join(map(str, sorted(ids)[:NAMED]))
    return few + (" …" if len(ids) > NAMED else "")


def _mapped(portal: Portal, user: User) -> Finding:
    known = [one for one in known_employees(portal) if one["user_id"] == user.user_id]
    names = dict.fromkeys(one["personnel_number"] or f"«{one['full_name']}» ({one['node']})" for one in known)
    if not names:
        return Finding("табельный номер", WRONG, "неизвестен: uzel employee add НОМЕР --portal-user " + str(user.user_id))
    return Finding("табельный номер", GOOD, ", ".join(names))


def _known_deals(portal: Portal, user_id: int) -> list[int]:
    rows = OrderRow.objects.filter(node__portal=portal, deal_deleted=False, deal_id__isnull=False).order_by("-deal_id")
    own = rows.filter(deal__assigned_by_id=user_id)[:LOOKED_AT]
    others = rows.exclude(deal__assigned_by_id=user_id)[:LOOKED_AT]
    return [deal_id for part in (own, others) for deal_id in part.values_list("deal_id", flat=True) if deal_id]


def _read(client: PortalClient, ids: Sequence[int], *, may_be_refused: bool = False) -> People:
    found: People = {}
    for start in range(0, len(ids), deal.PAGE):
        try:
            found |= deal.read_people(ask(client, deal.people("deals", ids[start : start + deal.PAGE])))
        except PortalError as error:
            if not (may_be_refused and error.code == NO_RIGHT):
                raise
    return found
