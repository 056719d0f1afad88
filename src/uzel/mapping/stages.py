"""Statuses of a node and stages of the portal: one table read in both directions.

A status is the node's own code or a word with ``@`` for what a base says by flags only. Words with ``@``
other than ``@canceled`` travel one way: 1C computes them, nobody can order 1C to be paid.
"""

from collections.abc import Iterable

from uzel.bitrix24.entities.pipeline import FAILURE, IN_PROGRESS, WantedStage
from uzel.bitrix24.entities.pipeline import SUCCESS as SUCCEEDED
from uzel.mapping.rules import NodeRules, StageRow
from uzel.model import Order
from uzel.model.order import CANCELED

NEW, PAID, SHIPPED, DONE = "@new", "@paid", "@shipped", "@done"
SUCCESS = "WON"  # the stage of a deal that succeeded, the same in every pipeline but for its prefix (bitrix24-rest C3)

#: For a node without a table of its own; stage ids are those of a new portal's default pipeline (bitrix24-rest C3).
STANDARD: tuple[StageRow, ...] = (
    StageRow(NEW, "Новый", "NEW"),
    StageRow(PAID, "Оплачен", "PREPAYMENT_INVOICE"),
    StageRow(SHIPPED, "Отгружен", "EXECUTING"),
    StageRow(DONE, "Выполнен", "WON"),
    StageRow(CANCELED, "Отменен", "LOSE"),
    StageRow("N", "Принят", "NEW"),
    StageRow("P", "В работе", "PREPARATION"),
    StageRow("D", "Доставляется", "EXECUTING"),
    StageRow("F", "Выполнен", "WON"),
)


def table(rules: NodeRules) -> tuple[StageRow, ...]:
    """The node's rows, then the standard rows for the ``@`` words it does not name."""
    if not rules.stages:
        return STANDARD
    named = {row.status for row in rules.stages}
    return rules.stages + tuple(row for row in STANDARD if row.status.startswith("@") and row.status not in named)


def flag_status(*, paid: bool, shipped: bool) -> str:
    """The status of an order whose base gives no status code."""
    return {(False, False): NEW, (True, False): PAID, (False, True): SHIPPED, (True, True): DONE}[paid, shipped]


def code_of_name(name: str, rules: NodeRules) -> str | None:
    """Code of a status that the base calls by its name alone; empty for a name of what flags say, ``None`` for an unknown one.

    «Отменен» is a cancel, whichever row says it; of the other ``@`` words the flags decide.
    """
    called = [row.status for row in table(rules) if row.name.strip().casefold() == name.casefold()]
    return next((code for code in called if code == CANCELED or not code.startswith("@")), "" if called else None)


def stage_of(status: str, rules: NodeRules) -> str:
    """Stage that shows a status, with the pipeline's prefix; an unknown status shows as a new order."""
    stages = {row.status: row.stage_id for row in table(rules)}
    return _full(stages.get(status) or stages[NEW], rules)


def full_stage(row: StageRow, rules: NodeRules) -> str:
    """The stage of a row as the portal knows it, with the prefix of the node's pipeline."""
    return _full(row.stage_id, rules)


def wanted_stages(rules: NodeRules) -> tuple[WantedStage, ...]:
    """The stages that the portal must have for a node, each under the name of its first row."""
    rows: dict[str, list[StageRow]] = {}
    for row in table(rules):
        rows.setdefault(full_stage(row, rules), []).append(row)
    return tuple(WantedStage(code, named[0].name or _bare(code), _group(code, named)) for code, named in rows.items())


def _group(code: str, rows: Iterable[StageRow]) -> str:
    """A pipeline has one stage of success, its own; what shows called off orders only is a failure."""
    if _bare(code) == SUCCESS:
        return SUCCEEDED
    failed = _bare(code) in LAST_STAGES or all(row.status == CANCELED for row in rows)
    return FAILURE if failed else IN_PROGRESS


def status_of(stage: str, rules: NodeRules, current: str) -> str:
    """Status that a manager meant by moving the deal to ``stage``; ``current`` where the table has no word for it.

    A deal that was moved into another pipeline says the same by the stage of the same name, unless a row names it in full.
    """
    shown = stage_of(current, rules)
    if shown == stage:
        return current
    rows = [row for row in table(rules) if _travels(row, rules)]
    named = next((row.status for row in rows if _full(row.stage_id, rules) == stage), None)
    if named is not None:
        return named
    if _bare(shown) == _bare(stage):
        return current
    otherwise = NEW if current == CANCELED else current
    return next((row.status for row in rows if _bare(row.stage_id) == _bare(stage)), otherwise)


def is_closed(order: Order, rules: NodeRules) -> bool:
    """Whether the base passes over what the site says of the order, though it answers ``success``.

    UNF does so with a completed one («Завершен»: done or called off; onec-exchange 3.1). A deletion mark is taken away by
    nobody but 1C.
    """
    done = any(row.status == order.status and _bare(row.stage_id) == SUCCESS for row in table(rules) if _travels(row, rules))
    return order.deletion_mark or (rules.profile == "unf" and (order.canceled or done))


#: Ends of a new portal's pipelines, without the pipeline's prefix (bitrix24-rest C3).
LAST_STAGES = frozenset((SUCCESS, "LOSE", "APOLOGY"))


def is_last(stage: str) -> bool:
    """Whether a deal on this stage is over, whichever way it ended."""
    return _bare(stage) in LAST_STAGES


def _travels(row: StageRow, rules: NodeRules) -> bool:
    """Whether 1C can be told the status."""
    return row.status == CANCELED or (rules.statuses_travel and not row.status.startswith("@"))


def _full(stage: str, rules: NodeRules) -> str:
    return f"C{rules.category_id}:{stage}" if rules.category_id and ":" not in stage else stage


def _bare(stage: str) -> str:
    return stage.rpartition(":")[2]


def status_name(status: str, rules: NodeRules) -> str:
    """The name of a status in words of the base."""
    return next((row.name for row in table(rules) if row.status == status), "")
