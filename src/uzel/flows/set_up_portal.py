"""``uzel portal setup``: what the exchange needs in the portal is created once; what cannot be is said in plain Russian."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, deal_fields
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities import user as users
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, KnownField
from uzel.bitrix24.errors import PortalError
from uzel.flows.follow_staff import read_users
from uzel.flows.portal_line import open_line
from uzel.hub.models import Node, Portal

SCOPES = ("crm", "user")
ALWAYS_GIVEN = "basic"
#: Russian presets by the word in their XML_ID; the first preset serves where there is none.
PRESET_WORDS = {client_card.COMPANY: "COMPANY", client_card.CONTACT: "INDIVIDUAL"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, how it is, and what a person should do."""

    what: str
    passed: bool
    outcome: str
    advice: str = ""


def set_up(portal: Portal) -> list[Check]:
    """Check the exchange employee, create the deal fields, learn the staff. Safe to repeat."""
    with open_line(portal) as client:
        checks = [_try("Права вебхука", _check_scopes, client), _try("Сотрудник обмена", _check_employee, client)]
        if all(check.passed for check in checks):
            checks += _create_fields(portal, client)
            checks.append(_try("Сделки", _check_deals, client))
            checks.append(_try("Сотрудники портала", lambda line: _check_users(portal, line), client))
            complete_setup(portal, client)
    return checks


def complete_setup(portal: Portal, client: PortalClient) -> None:
    """What a drain needs: an item of the list for each node, and templates of requisites. Costs nothing when all is there."""
    nodes = list(Node.objects.filter(portal=portal).order_by("pk"))
    if not nodes or {node.code for node in nodes} - set(portal.setup.get("nodes", {})):
        _learn_nodes(portal, client, nodes)
    if "presets" not in portal.setup:
        portal.setup["presets"] = _presets(_ask(client, client_card.presets("presets")))
        portal.save(update_fields=["setup"])


def _try(what: str, look: Callable[[PortalClient], str], client: PortalClient) -> Check:
    """A look that raises is a failed check with the portal's reason."""
    try:
        return Check(what, True, look(client))
    except LackingError as lack:
        return Check(what, False, str(lack), lack.advice)
    except PortalError as error:
        return Check(what, False, f"портал ответил: {error}", "Проверьте вебхук и права сотрудника обмена, затем повторите.")


class LackingError(Exception):
    """A check found something missing."""

    def __init__(self, outcome: str, advice: str) -> None:
        super().__init__(outcome)
        self.advice = advice


def _check_scopes(client: PortalClient) -> str:
    given = set(_ask(client, Command("scope", {}, "scope")))
    missing = [scope for scope in SCOPES if scope not in given]
    if missing:
        raise LackingError(f"не хватает: {', '.join(missing)}", "Откройте вебхук в портале и отметьте недостающие права.")
    needless = sorted(given - {*SCOPES, ALWAYS_GIVEN})
    return ", ".join(SCOPES) + (f"; обмену не нужны: {', '.join(needless)}" if needless else "")


def _check_employee(client: PortalClient) -> str:
    """Only an administrator of CRM may create user fields and see every deal (bitrix24-rest C7, E)."""
    profile = _ask(client, Command("profile", {}, "profile"))
    name = users.read_user(profile).full_name
    if not profile.get("ADMIN"):
        raise LackingError(
            f"{name}: не администратор",
            "Сделайте вебхук от имени отдельного сотрудника «Обмен с 1С» с правами администратора CRM: "
            "он должен видеть и менять все сделки, контакты и компании и создавать поля.",
        )
    return f"{name}, администратор"


def _check_deals(client: PortalClient) -> str:
    _ask(client, deals.listing("deals", {}, {"id": "DESC"}))
    return "читаются"


def _check_users(portal: Portal, client: PortalClient) -> str:
    return f"прочитано: {read_users(portal, client, timezone.now())}"


def _create_fields(portal: Portal, client: PortalClient) -> list[Check]:
    """One check a field: there already, created, or refused with the portal's reason."""
    known = deal_fields.read_known(_ask(client, deal_fields.list_all("fields")))
    items = tuple((node.code, str(node)) for node in Node.objects.filter(portal=portal).order_by("pk"))
    checks = []
    for field in DEAL_FIELDS:
        if field.code in known:
            checks.append(Check(f"Поле «{field.label}»", True, "есть"))
        else:
            own = items if field.code == deal_fields.NODE else ()
            checks.append(_try(f"Поле «{field.label}»", lambda line, f=field, i=own: _create_field(line, f, i), client))  # type: ignore[misc]
    return checks


def _create_field(client: PortalClient, field: deal_fields.DealField, items: tuple[tuple[str, str], ...]) -> str:
    command = deal_fields.create("field", field, items)
    client.call(command.method, command.params)
    return "создано"


def _learn_nodes(portal: Portal, client: PortalClient, nodes: list[Node]) -> None:
    field = deal_fields.read_known(_ask(client, deal_fields.list_all("fields"))).get(deal_fields.NODE)
    if field is None:
        return
    new = tuple((node.code, str(node)) for node in nodes if not _item_of(field, node))
    if new:
        command = deal_fields.extend("nodes", field.field_id, field.items, new)
        client.call(command.method, command.params, repeatable=True)
        field = deal_fields.read_known(_ask(client, deal_fields.list_all("fields")))[deal_fields.NODE]
    portal.setup["nodes"] = {node.code: _item_of(field, node) for node in nodes if _item_of(field, node)}
    portal.save(update_fields=["setup"])


def _item_of(field: KnownField, node: Node) -> int:
    """Item of the list that stands for a node: its title ends with the code, which never changes."""
    return next((item_id for item_id, title in field.items if title.endswith(f"({node.code})")), 0)


def _presets(found: Any) -> dict[str, int]:
    listed = [(int(one["ID"]), str(one.get("XML_ID") or "")) for one in found]
    first = listed[0][0] if listed else 0
    return {kind: next((i for i, xml_id in listed if word in xml_id), first) for kind, word in PRESET_WORDS.items()}


def _ask(client: PortalClient, command: Command) -> Any:
    return client.call(command.method, command.params, repeatable=True).result
