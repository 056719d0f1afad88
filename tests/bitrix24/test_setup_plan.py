"""What is decided about a portal, by values: nothing is called."""

from dataclasses import replace
from typing import Any

import pytest

from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, NODE, KnownField
from uzel.bitrix24.entities.smart_process import NODES, PROMO_CODES, SMART_PROCESSES, KnownProcess, SmartProcess
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER
from uzel.bitrix24.setup_plan import LIST, PROCESS, Action, Found, FoundProcess, Kind, Step, Wanted, link_of, plan

SCOPES = frozenset(("crm", "user", "userfieldconfig", "user.userfield"))
SHOP = ("shop", "Тверская (shop)")
EMPTY = Found(SCOPES)


def is_done(steps: tuple[Step, ...]) -> bool:
    """Whether nothing is left that the exchange cannot do without."""
    return all(step.action == Action.KEEP or step.optional for step in steps)


def field(code: str, user_type: str, *titles: str) -> KnownField:
    return KnownField(7, code, user_type, tuple(enumerate(titles, 51)))


def process(one: SmartProcess, **items: int) -> FoundProcess:
    known = KnownProcess(9, 1030, one.title)
    fields = {each.suffix: field(known.code(each.suffix), each.user_type) for each in one.fields}
    return FoundProcess(known, fields, items)


def whole(*, over: str = PROCESS) -> Found:
    """A portal with everything in it."""
    fields = {one.code: field(one.code, one.user_type, SHOP[1]) for one in DEAL_FIELDS if over == LIST or one.code != NODE}
    processes = {one.name: process(one, shop=3) for one in SMART_PROCESSES if over == PROCESS or one is not NODES}
    return Found(SCOPES, fields, processes, {PERSONNEL_NUMBER: field(PERSONNEL_NUMBER, "string")})


def of(steps: tuple[Step, ...], kind: Kind) -> dict[str, Step]:
    return {step.name: step for step in steps if step.kind == kind}


def test_an_empty_portal_gets_everything_and_no_list_of_nodes() -> None:
    steps = plan(Wanted((SHOP,)), EMPTY)
    assert {step.action for step in steps} == {Action.CREATE}
    assert set(of(steps, Kind.DEAL_FIELD)) == {one.code for one in DEAL_FIELDS} - {NODE}
    assert set(of(steps, Kind.PROCESS)) == {"nodes", "promo_codes"}
    assert len(of(steps, Kind.PROCESS_FIELD)) == len(NODES.fields) + len(PROMO_CODES.fields)
    assert set(of(steps, Kind.NODE)) == {"shop"}
    assert len({(step.kind, step.name) for step in steps}) == len(steps)
    assert not is_done(steps)


def test_what_is_there_is_kept_whichever_way_nodes_are_named() -> None:
    for over in (PROCESS, LIST):
        steps = plan(Wanted((SHOP,)), whole(over=over))
        assert {step.action for step in steps} == {Action.KEEP}
        assert is_done(steps)


def test_a_portal_without_smart_processes_names_nodes_by_a_list() -> None:
    steps = plan(Wanted((SHOP,)), replace(EMPTY, refused="Maximum number of SPAs exceeded"))
    assert of(steps, Kind.DEAL_FIELD)[NODE].action == Action.CREATE
    assert of(steps, Kind.NODE)["shop"].action == Action.EXTEND
    for step in of(steps, Kind.PROCESS).values():
        assert (step.action, step.optional) == (Action.CANNOT, True)
    assert "промокоды хранит только сам Узел" in of(steps, Kind.PROCESS)["promo_codes"].why
    assert "Maximum number" in of(steps, Kind.PROCESS)["nodes"].why
    assert not of(steps, Kind.PROCESS_FIELD)


def test_whoever_wants_lists_only_gets_no_smart_process() -> None:
    steps = plan(Wanted((SHOP,), lists_only=True), EMPTY)
    assert NODE in of(steps, Kind.DEAL_FIELD)
    assert "по вашему выбору" in of(steps, Kind.PROCESS)["promo_codes"].why
    assert "nodes" not in of(steps, Kind.PROCESS)


def test_without_the_right_to_their_fields_nothing_is_begun() -> None:
    steps = plan(Wanted((SHOP,)), replace(EMPTY, scopes=SCOPES - {"userfieldconfig"}))
    nodes, promo = of(steps, Kind.PROCESS)["nodes"], of(steps, Kind.PROCESS)["promo_codes"]
    assert (nodes.action, nodes.optional) == (Action.CANNOT, False)
    assert (promo.action, promo.optional) == (Action.CANNOT, True)
    assert "userfieldconfig" in nodes.why
    assert not is_done(steps)


def test_a_choice_once_made_stays() -> None:
    assert link_of(Wanted(link=LIST), whole()) == LIST
    assert link_of(Wanted(link=PROCESS), replace(EMPTY, refused="нет")) == PROCESS
    assert link_of(Wanted(), whole(over=LIST)) == LIST
    assert link_of(Wanted(lists_only=True), whole()) == PROCESS


def test_a_field_of_another_type_is_refused_and_never_replaced() -> None:
    found = whole()
    paid = field("UF_CRM_UZEL_PAID", "string")
    steps = plan(Wanted((SHOP,)), replace(found, deal_fields={**found.deal_fields, paid.code: paid}))
    step = of(steps, Kind.DEAL_FIELD)[paid.code]
    assert step.action == Action.CANNOT
    assert "string" in step.why
    assert "boolean" in step.why
    assert [one for one in steps if one.action != Action.KEEP] == [step]
    assert not is_done(steps)


def test_what_people_deleted_is_made_again() -> None:
    found = whole()
    left = {code: one for code, one in found.deal_fields.items() if code != "UF_CRM_UZEL_PROMO"}
    lost = replace(found.processes["nodes"], fields={}, items={})
    steps = plan(Wanted((SHOP,)), replace(found, deal_fields=left, processes={**found.processes, "nodes": lost}))
    created = {step.name for step in steps if step.action == Action.CREATE}
    assert created == {"UF_CRM_UZEL_PROMO", "shop", *(f"nodes.{one.suffix}" for one in NODES.fields)}


def test_a_stranger_by_the_same_title_is_not_touched() -> None:
    found = whole()
    stranger = replace(found.processes["nodes"], over_deals=False)
    steps = plan(Wanted((SHOP,)), replace(found, processes={**found.processes, "nodes": stranger}))
    assert of(steps, Kind.PROCESS)["nodes"].action == Action.CANNOT
    assert "связи со сделками" in of(steps, Kind.PROCESS)["nodes"].why


def test_the_personnel_number_is_no_condition() -> None:
    steps = plan(Wanted((SHOP,)), replace(whole(), scopes=SCOPES - {"user.userfield"}, employee_fields={}))
    step = of(steps, Kind.EMPLOYEE_FIELD)[PERSONNEL_NUMBER]
    assert (step.action, step.optional) == (Action.CANNOT, True)
    assert is_done(steps)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"blocks": {"products": 23, "variations": 24}}, [Action.CREATE, Action.CREATE]),
        ({"blocks": {"products": 23, "variations": 24}, "articles": {"products": 5}}, [Action.KEEP, Action.CREATE]),
        ({"blocks": {"products": 23}}, [Action.CREATE]),
        ({"blocks": {}}, []),
        ({"scopes": SCOPES - {"catalog"}}, [Action.CANNOT, Action.CANNOT]),
    ],
)
def test_articles_want_a_property_where_there_are_goods(found: dict[str, Any], expected: list[Action]) -> None:
    portal = replace(whole(), **{"scopes": SCOPES | {"catalog"}, **found})
    steps = of(plan(Wanted((SHOP,), goods=True), portal), Kind.ARTICLE)
    assert [step.action for step in steps.values()] == expected
    assert all(step.optional for step in steps.values())
    assert not of(plan(Wanted((SHOP,)), portal), Kind.ARTICLE), "no base is the source of a catalogue"


def test_ids_are_found_by_kind_and_name() -> None:
    found = whole()
    assert found.id_of(Kind.PROCESS, "nodes") == 9
    assert found.id_of(Kind.PROCESS_FIELD, "nodes.UZEL_CODE") == 7
    assert found.id_of(Kind.NODE, "shop") == 3
    assert whole(over=LIST).id_of(Kind.NODE, "shop") == 51
    assert found.id_of(Kind.DEAL_FIELD, "UF_CRM_UZEL_PAID") == 7
    assert found.id_of(Kind.EMPLOYEE_FIELD, PERSONNEL_NUMBER) == 7
    assert replace(found, articles={"products": 5}).id_of(Kind.ARTICLE, "products") == 5
    for kind in Kind:
        assert EMPTY.id_of(kind, "nodes.X") == 0
