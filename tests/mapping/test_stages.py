"""Statuses of a node and stages of the portal, in both directions."""

from dataclasses import replace

import pytest

from uzel.mapping import stages
from uzel.mapping.rules import NodeRules, StageRow
from uzel.model import Order
from uzel.model.order import CANCELED

UNF = NodeRules("unf", "УНФ")
UT = NodeRules("ut", "УТ", profile="ut")
BITRIX = NodeRules("bitrix", "Модуль", profile="bitrix")
OWN_TABLE = (StageRow("N", "Принят", "NEW"), StageRow("W", "В работе", "PREPARATION"), StageRow("F", "Завершён", "WON"))
OWN = NodeRules("own", "Своя", stages=OWN_TABLE)
SALES = NodeRules("own", "Своя", stages=(*OWN_TABLE, StageRow("X", "Чужой", "C9:NEW")), category_id=3)


@pytest.mark.parametrize(
    ("rules", "status", "stage"),
    [
        (UNF, "@new", "NEW"),
        (UNF, "@done", "WON"),
        (UNF, CANCELED, "LOSE"),
        (UNF, "P", "PREPARATION"),
        (UNF, "неизвестный", "NEW"),
        (OWN, "W", "PREPARATION"),
        (OWN, "P", "NEW"),
        (OWN, "@shipped", "EXECUTING"),
        (SALES, "W", "C3:PREPARATION"),
        (SALES, CANCELED, "C3:LOSE"),
        (SALES, "X", "C9:NEW"),
    ],
)
def test_stage_of(rules: NodeRules, status: str, stage: str) -> None:
    assert stages.stage_of(status, rules) == stage


@pytest.mark.parametrize(
    ("rules", "stage", "current", "status"),
    [
        (UNF, "EXECUTING", "N", "D"),
        (UNF, "NEW", "@new", "@new"),  # the stage says what the flags say
        (UNF, "WON", "@paid", "F"),
        (UNF, "LOSE", "N", CANCELED),
        (UNF, "NEW", CANCELED, "N"),
        (UNF, "своя стадия", "P", "P"),
        (UNF, "своя стадия", CANCELED, "@new"),
        (UT, "WON", "@paid", "@paid"),  # nobody can order 1C to be paid
        (UT, "LOSE", "@paid", CANCELED),
        (UT, "NEW", CANCELED, "@new"),
        (SALES, "C3:WON", "N", "F"),
        (SALES, "C9:NEW", "N", "X"),
        (SALES, "C3:LOSE", "N", CANCELED),
        (SALES, "C5:LOSE", "N", CANCELED),  # in another pipeline
        (SALES, "C5:PREPARATION", "W", "W"),
        (UNF, "C5:WON", "N", "F"),
    ],
)
def test_status_of(rules: NodeRules, stage: str, current: str, status: str) -> None:
    assert stages.status_of(stage, rules, current) == status


@pytest.mark.parametrize("rules", [UNF, UT, OWN, SALES])
def test_a_deal_in_the_stage_of_its_status_means_that_status(rules: NodeRules) -> None:
    for row in stages.table(rules):
        assert stages.status_of(stages.stage_of(row.status, rules), rules, row.status) == row.status


@pytest.mark.parametrize(
    ("paid", "shipped", "status"),
    [(False, False, "@new"), (True, False, "@paid"), (False, True, "@shipped"), (True, True, "@done")],
)
def test_flag_status(paid: bool, shipped: bool, status: str) -> None:
    assert stages.flag_status(paid=paid, shipped=shipped) == status


def test_the_words_with_a_sign_are_there_whatever_the_node_says() -> None:
    assert {"@new", "@paid", "@shipped", "@done", CANCELED} <= {row.status for row in stages.table(OWN)}
    own = NodeRules("own", "Своя", stages=(StageRow(CANCELED, "Отказ", "APOLOGY"),))
    assert stages.stage_of(CANCELED, own) == "APOLOGY"


def test_a_portal_must_have_each_stage_once_in_its_group() -> None:
    table = (StageRow("A", "Собран", "PACKED"), StageRow("B", "Упакован", "PACKED"), StageRow("F", "Выдан", "WON"))
    rules = NodeRules("own", "Своя", stages=(*table, StageRow(CANCELED, "Отказ", "C9:REFUSED")), category_id=3)
    wanted = {one.code: (one.category_id, one.name, one.group) for one in stages.wanted_stages(rules)}
    assert wanted["C3:PACKED"] == (3, "Собран", "")
    assert wanted["C3:WON"] == (3, "Выдан", "S")
    assert wanted["C9:REFUSED"] == (9, "Отказ", "F")
    living = replace(rules, stages=(*rules.stages, StageRow("X", "Живой", "C9:REFUSED")))
    assert {one.code: one.group for one in stages.wanted_stages(living)}["C9:REFUSED"] == ""


def test_status_name() -> None:
    assert stages.status_name("W", OWN) == "В работе"
    assert stages.status_name("нет", OWN) == ""


@pytest.mark.parametrize(
    ("rules", "order", "closed"),
    [
        (UNF, Order("1", status="F"), True),
        (UNF, Order("1", status=CANCELED), True),
        (UNF, Order("1", status="N", posted=True, paid=True, shipped=True), False),
        (UNF, Order("1", status="@done"), False),  # paid and shipped is not yet «Завершен»
        (UNF, Order("1", status="нет такого"), False),
        (BITRIX, Order("1", status="F"), False),
        (BITRIX, Order("1", status=CANCELED), False),
        (BITRIX, Order("1", status=CANCELED, deletion_mark=True), True),
        (UT, Order("1", status=CANCELED), False),
    ],
)
def test_is_closed(rules: NodeRules, order: Order, closed: bool) -> None:
    assert stages.is_closed(order, rules) is closed
