"""Each check of the portal, by records that show it right and wrong."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.doctor.cases import Case, prove
from uzel.bitrix24.entities.catalog import PriceGroup, Shelf
from uzel.bitrix24.entities.user import User
from uzel.bitrix24.scopes import SCOPES
from uzel.bitrix24.setup_plan import Action, Kind, Step
from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.doctor.finding import Grade
from uzel.flows.doctor.portal_record import Budget, ObservedPortal, PortalNode, Told, Waiting

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
WARNING, WRONG = Grade.WARNING, Grade.WRONG
HOUR = dt.timedelta(hours=1)
FINE = Told(Grade.OK, "есть")
STAFF = ("without_number", "shared", "doubtful", "dismissed")
NODE = PortalNode("shop", "Тверская", default_responsible_id=2, catalog_source=True, currencies=frozenset({"RUB"}))
SHELF = Shelf(14, 16, {"796": 9}, {Decimal(10): 1, Decimal(20): 2}, [PriceGroup(1, "", True)], inventory=False)
GOOD = ObservedPortal(
    NOW, last_event_at=NOW, swept_at=NOW, exchange_user_id=1, nodes=(NODE,), staff=dict.fromkeys(STAFF, FINE),
    rights=dict.fromkeys(("scopes", "employee", "deals"), FINE), scopes=frozenset(one.code for one in SCOPES),
    steps=(Step(Action.KEEP, Kind.DEAL_FIELD, "X", "Поле"),), pipelines=frozenset((0,)),
    users=(User(1, "Обмен"), User(2, "Иванов")), ahead=dt.timedelta(), shelf=SHELF, currencies=frozenset({"RUB", "USD"}),
)  # fmt: skip
APPLICATION = replace(GOOD, way="application", events="offline", unbound=())


def lacking(kind: Kind, action: Action = Action.CREATE, *, optional: bool = False) -> ObservedPortal:
    return replace(GOOD, steps=(*GOOD.steps, Step(action, kind, "Y", "Вещь", "тариф", optional)))


def node(**fields: Any) -> ObservedPortal:
    return replace(GOOD, nodes=(replace(NODE, **fields),))


def told(name: str, grade: Grade, where: str = "rights") -> ObservedPortal:
    return replace(GOOD, **{where: {**getattr(GOOD, where), name: Told(grade, "чего-то нет")}})


def shelf(**fields: Any) -> ObservedPortal:
    return replace(GOOD, shelf=replace(SHELF, **fields))


def users(*found: User) -> ObservedPortal:
    return replace(GOOD, users=found)


DEAD = User(1, "Обмен", active=False)

CASES = [
    Case("connected", GOOD, replace(GOOD, way="none"), WRONG),
    Case("portal_answers", GOOD, replace(GOOD, trouble="отказано"), WRONG, "отказано"),
    Case("exchange_goes_on", GOOD, replace(GOOD, problem="стоит"), WRONG, "стоит"),
    Case("application_keys", APPLICATION, replace(APPLICATION, keys="доживает"), WARNING, "доживает"),
    Case("scopes", GOOD, told("scopes", WRONG), WRONG, "чего-то нет"),
    Case("scopes_optional", GOOD, replace(GOOD, scopes=frozenset(("crm", "user"))), WARNING, "catalog"),
    Case("employee_admin", GOOD, told("employee", WRONG), WRONG),
    Case("employee_works", GOOD, users(DEAD), WRONG, "Обмен уволен"),
    Case("deals_readable", GOOD, told("deals", WRONG), WRONG),
    Case("set_up", GOOD, replace(GOOD, is_set_up=False), WRONG),
    Case("deal_fields", GOOD, lacking(Kind.DEAL_FIELD), WRONG, "Вещь: тариф"),
    Case("deal_fields", GOOD, lacking(Kind.DEAL_FIELD, Action.CANNOT, optional=True), WARNING, "Исправьте названное"),
    Case("smart_processes", GOOD, lacking(Kind.PROCESS, Action.CANNOT, optional=True), WARNING, "тариф"),
    Case("process_fields", GOOD, lacking(Kind.PROCESS_FIELD), WRONG),
    Case("employee_field", GOOD, lacking(Kind.EMPLOYEE_FIELD), WARNING),
    Case("node_items", GOOD, lacking(Kind.NODE, Action.EXTEND), WRONG),
    Case("has_nodes", GOOD, node(active=False), WARNING),
    Case("pipelines", GOOD, node(category_id=7), WRONG, "Тверская"),
    Case("stages", GOOD, node(missing=("PACKED",)), WRONG, "PACKED"),
    Case("currencies", GOOD, node(currencies=frozenset({"RUB", "KZT", "EUR"})), WRONG, "«Тверская»: EUR, KZT"),
    Case("responsible_named", GOOD, node(default_responsible_id=None), WARNING, "Тверская"),
    Case("responsible_works", GOOD, users(User(2, "Иванов", active=False)), WRONG),
    Case("responsible_works", GOOD, users(User(1, "Обмен")), WRONG, "Тверская"),
    Case("staff_numbered", GOOD, told("without_number", WARNING, "staff"), WARNING),
    Case("numbers_single", GOOD, told("shared", WARNING, "staff"), WARNING),
    Case("numbers_agree", GOOD, told("doubtful", WARNING, "staff"), WARNING),
    Case("dismissed_free", GOOD, told("dismissed", WARNING, "staff"), WARNING),
    Case("events", GOOD, replace(GOOD, events="none"), WARNING),
    Case("events_come", GOOD, replace(GOOD, last_event_at=None), WARNING),
    Case("events_come", GOOD, replace(GOOD, last_event_at=NOW - 200 * HOUR), WARNING, "22.02.2026"),
    Case("events_bound", APPLICATION, replace(APPLICATION, unbound=("ONCRMDEALADD",)), WRONG, "ONCRMDEALADD"),
    Case("offline_events", APPLICATION, replace(APPLICATION, events="online"), WARNING),
    Case("offline_events", APPLICATION, replace(APPLICATION, events="none"), Grade.UNKNOWN, "не подключены"),
    Case("swept", GOOD, replace(GOOD, swept_at=NOW - HOUR), WRONG),
    Case("swept", GOOD, replace(GOOD, swept_at=None), WRONG),
    Case("portal_clock", GOOD, replace(GOOD, ahead=-HOUR), WARNING, "3600"),
    Case("catalog_right", GOOD, replace(GOOD, scopes=frozenset(("crm",))), WRONG),
    Case("promo_codes", GOOD, replace(GOOD, promo_problem="не читаются"), WARNING, "не читаются"),
    Case("catalog_variations", GOOD, shelf(variations=0), WARNING),
    Case("price_types", GOOD, shelf(groups=[]), WRONG),
    Case("vat_rates", GOOD, shelf(vats={Decimal(20): 1}), WARNING, "10 %"),
    Case("measures", GOOD, shelf(measures={}), WARNING, "796"),
    Case("inventory", GOOD, shelf(inventory=True), WARNING),
    Case("queue_moves", replace(GOOD, waiting=Waiting(5, NOW)), replace(GOOD, waiting=Waiting(5, NOW - HOUR)), WARNING, "5"),
    Case("queue_moves", GOOD, replace(GOOD, waiting=Waiting(5, NOW - 7 * HOUR)), WRONG),
    Case("orders_accepted", GOOD, replace(GOOD, waiting=Waiting(given_up=2, reasons=("нет прав",))), WRONG, "2; нет прав"),
    Case("catalog_accepted", GOOD, replace(GOOD, waiting=Waiting(catalog_given_up=3)), WRONG, "3"),
    Case("requests_enough", GOOD, replace(GOOD, budget=Budget(refused=4)), WARNING, "4"),
    Case(
        "time_enough", replace(GOOD, budget=Budget(blocked=(("crm.item.add", NOW - HOUR),))),
        replace(GOOD, budget=Budget(blocked=(("crm.item.add", NOW + HOUR),))), WARNING, "crm.item.add",
    ),
    Case("bulk_load", GOOD, node(bulk_load=True), WARNING, "Тверская"),
]  # fmt: skip
LEFT_TO_PEOPLE = {"own_deals_only", "robots"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_check_tells_right_from_wrong(case: Case) -> None:
    prove(case, PORTAL_CHECKS)


def test_every_check_has_its_test() -> None:
    assert {case.code for case in CASES} | LEFT_TO_PEOPLE == {check.code for check in PORTAL_CHECKS}


@pytest.mark.parametrize("code", sorted(LEFT_TO_PEOPLE))
def test_what_no_call_sees_is_left_to_people_in_words(code: str) -> None:
    (check,) = [one for one in PORTAL_CHECKS if one.code == code]
    said = check.look(GOOD)
    assert said.grade is Grade.UNKNOWN
    assert said.seen.startswith("проверьте сами. ")


@pytest.mark.parametrize(
    "seen", [GOOD, APPLICATION, replace(APPLICATION, events="online"), replace(GOOD, way="none", events="none")]
)
def test_our_own_codes_are_shown_to_nobody(seen: ObservedPortal) -> None:
    told = " ".join(check.look(seen).seen for check in PORTAL_CHECKS)
    assert not re.search(r"\b(webhook|application|offline|online|outgoing|none)\b", told)


NEEDS = {
    "scopes_optional": "scopes", "employee_works": "users", "deal_fields": "steps", "pipelines": "pipelines",
    "stages": "missing", "responsible_works": "users", "events_bound": "unbound", "catalog_right": "scopes",
}  # fmt: skip


@pytest.mark.parametrize("code", NEEDS)
def test_what_could_not_be_read_is_not_called_good(code: str) -> None:
    (check,) = [one for one in PORTAL_CHECKS if one.code == code]
    assert check.look(GOOD).grade is Grade.OK
    assert check.look(replace(GOOD, unread=frozenset((NEEDS[code],)))).grade is Grade.UNKNOWN
    assert check.look(replace(GOOD, trouble="молчит")).grade is Grade.UNKNOWN


def test_without_a_source_nothing_is_asked_of_the_catalogue() -> None:
    bare = replace(node(catalog_source=False), shelf=None, scopes=frozenset(("crm",)))
    looks = {check.code: check.look for check in PORTAL_CHECKS}
    assert {looks[code](bare).grade for code in ("catalog_right", "price_types", "vat_rates", "inventory")} == {Grade.OK}
    assert looks["price_types"](replace(GOOD, shelf=None)).grade is Grade.UNKNOWN
