"""One received document: what it says of an order, and its verdict. Pure: no tables, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from uzel.commerceml.document import ORDER_OPERATION, Document
from uzel.mapping.document_order import PAYMENT_OPERATIONS, SHIPMENT_OPERATION, order_of
from uzel.mapping.rules import NodeRules
from uzel.model import Order, Problem, Verdict
from uzel.sync.fields import changed
from uzel.sync.ownership import ownership
from uzel.sync.plan import Plan, States, news_from_node

SUBORDINATE_OPERATIONS = (*PAYMENT_OPERATIONS, SHIPMENT_OPERATION)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on a document; ``plan`` is there when the order moves."""

    document: Document
    verdict: Verdict
    reason_code: str = ""
    reason: str = ""
    plan: Plan | None = None


@dataclass(slots=True)
class PackageMemory:
    """What one package has said so far: the order of each container, and documents already seen."""

    order_of_container: dict[int, str] = field(default_factory=dict)
    seen: dict[str, Document] = field(default_factory=dict)


def is_order(document: Document) -> bool:
    """Whether the document is an order (ХозОперация is compared without case, as 1C does)."""
    return document.operation.strip().lower() == ORDER_OPERATION.lower()


def target_id(document: Document, memory: PackageMemory) -> str:
    """Ид of the order that a document speaks of: its own, the one in ``<Основание>``, or the container's."""
    if is_order(document):
        return document.document_id
    if document.basis_ids:
        return document.basis_ids[0]
    return memory.order_of_container.get(document.container, "") if document.container is not None else ""


def refuse(document: Document, memory: PackageMemory) -> Decision | None:
    """A verdict that needs no look at what we know, if there is one."""
    fatal = document.fatal
    if fatal:
        return Decision(document, Verdict.REJECTED, fatal.code, f"{fatal.where}: {fatal.what}")
    if not is_order(document) and document.operation not in SUBORDINATE_OPERATIONS:
        reason = f"Документ «{document.operation or 'без операции'}» сохранён, но в сделках не показывается"
        return Decision(document, Verdict.HELD, "operation_not_used", reason)
    if memory.seen.get(_place(document)) == document:
        return Decision(document, Verdict.DUPLICATE, "repeated_in_package", "Этот документ уже был в этом же файле")
    return None


def remember(document: Document, memory: PackageMemory) -> None:
    """Note what the package has said."""
    memory.seen[_place(document)] = document
    if is_order(document) and document.container is not None:
        memory.order_of_container[document.container] = document.document_id


def decide(document: Document, in_node: Order | None, states: States | None, rules: NodeRules) -> Decision:
    """The verdict on a document whose order is known (``states``) or new (``None``)."""
    subject = document
    if not is_order(document):
        if states is None:
            return Decision(document, Verdict.HELD, "order_not_known", "Заказ, к которому относится документ, ещё не получен")
        subject = Document(in_node.document_id if in_node else "", subordinates=(document,))
    seen, problems = order_of(subject, in_node, rules)
    code, reason = _first_problem((*document.problems, *problems))
    if states and in_node and not changed(in_node, seen) and seen.document_id == in_node.document_id:
        return Decision(document, Verdict.UNCHANGED, code, reason)
    plan = news_from_node(states or States(), seen, ownership(rules.ownership, posted=seen.posted))
    if states is None:
        return Decision(document, Verdict.CREATED, code, reason, plan)
    if plan.conflicts:
        names = ", ".join(conflict.field for conflict in plan.conflicts)
        return Decision(document, Verdict.CONFLICT, "both_sides_changed", f"Изменено с обеих сторон: {names}", plan)
    return Decision(document, Verdict.UPDATED, code, reason, plan)


def belongs_elsewhere(document: Document, node_title: str) -> Decision:
    """The same GUID already came from another base: one order, one deal."""
    reason = f"Этот же документ уже получен из базы «{node_title}»"
    return Decision(document, Verdict.DUPLICATE, "known_in_other_node", reason)


def _place(document: Document) -> str:
    return f"{document.operation}/{document.document_id}"


def _first_problem(problems: Sequence[Problem]) -> tuple[str, str]:
    return (problems[0].code, f"{problems[0].where}: {problems[0].what}") if problems else ("", "")
