"""One received document: what it says of an order, and its verdict. Pure: no tables, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from uzel.commerceml.document import ORDER_OPERATION, Document
from uzel.mapping.document_order import order_of
from uzel.mapping.requisites import owners
from uzel.mapping.rules import NodeRules
from uzel.mapping.settlements import kind_of
from uzel.mapping.stages import is_closed
from uzel.model import Order, Problem, Verdict
from uzel.sync.fields import changed, title
from uzel.sync.merge import Conflict
from uzel.sync.plan import Plan, States, news_from_node

REASONS = (
    ("both_moved", "Изменено с обеих сторон"),
    ("owned_by_node", "Изменено и в портале, но решает 1С"),
    ("owned_by_portal", "Изменено в 1С, но решает портал"),
)
ID_CHARACTERS = 200  # an Ид has 40 by the XSD; that of goods, 80 and more


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
    """What the package has said so far, as far as it matters to what may still come."""

    order_of_container: dict[int, str] = field(default_factory=dict)
    seen: dict[str, Document] = field(default_factory=dict)

    def for_next_chunk(self) -> "PackageMemory":
        """A copy with the last container alone: memory does not grow with the package."""
        return PackageMemory(dict([*self.order_of_container.items()][-1:]))


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


def waits_for(document: Document, memory: PackageMemory, package_id: int) -> str:
    """Under what word a document waits for its order: the order's Ид, or the container it stands in; "" if neither."""
    key = target_id(document, memory)
    if key or document.container is None:
        return key if len(key) <= ID_CHARACTERS else ""
    return container_word(package_id, document.container)


def words_of(order: Document, package_id: int) -> list[str]:
    """The words under which documents wait for an order that has come; none for what is no order."""
    if not is_order(order):
        return []
    return [order.document_id, *([] if order.container is None else [container_word(package_id, order.container)])]


def container_word(package_id: int, container: int) -> str:
    """A container of a file: what stands in it before its order waits under this word, which is no Ид."""
    return f"контейнер {container} файла {package_id}"


def refuse(document: Document, memory: PackageMemory) -> Decision | None:
    """A verdict that needs no look at what we know, if there is one."""
    fatal = document.fatal
    if fatal:
        return Decision(document, Verdict.REJECTED, fatal.code, f"{fatal.where}: {fatal.what}")
    if is_order(document) and not document.document_id:
        return Decision(document, Verdict.REJECTED, "order_without_id", "У заказа пустой Ид: его не с чем сопоставить")
    if len(document.document_id) > ID_CHARACTERS:
        return Decision(document, Verdict.REJECTED, "id_too_long", f"Ид документа длиннее {ID_CHARACTERS} знаков")
    if not is_order(document) and kind_of(document) is None:
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


def decide(
    document: Document,
    in_node: Order | None,
    states: Callable[[], States] | None,
    rules: NodeRules,
    waiting: Sequence[Document] = (),
) -> Decision:
    """The verdict on a document whose order is known (``states``) or new (``None``).

    ``waiting``: what came before the order; it counts as older than what the order itself says. The states are asked
    for only when the order has moved: most documents of a package tell nothing new.
    """
    whole = is_order(document)
    if not whole and in_node is None:
        reason = "Заказ, к которому относится документ, ещё не получен: документ ждёт его"
        return Decision(document, Verdict.HELD, "order_not_known", reason)
    before = in_node or _offered_first(states)
    subject = _whole(document, waiting) if whole or in_node is None else _beside(in_node, document)
    seen, problems = order_of(subject, before, rules)
    code, reason = _first_problem((*document.problems, *problems))
    if in_node and not changed(in_node, seen) and seen.document_id == in_node.document_id:
        return Decision(document, Verdict.UNCHANGED, code, reason)
    owned = owners(rules, posted=seen.posted, closed=is_closed(seen, rules))
    plan = news_from_node(states() if states else States(), seen, owned, whole=whole)
    if states is None:
        return Decision(document, Verdict.CREATED, code, reason, plan)
    if plan.conflicts:
        return Decision(document, Verdict.CONFLICT, plan.conflicts[0].reason, _told(plan.conflicts), plan)
    return Decision(document, Verdict.UPDATED, code, reason, plan)


def _whole(document: Document, waiting: Sequence[Document]) -> Document:
    return replace(document, subordinates=(*waiting, *document.subordinates)) if waiting else document


def _beside(order: Order, document: Document) -> Document:
    return Document(order.document_id, subordinates=(document,))


def put_off(decision: Decision, *, named: bool, known: bool, full: bool) -> Decision:
    """What becomes of a document that came before its order.

    ``named``: it says whose it is; ``known``: it waits already; ``full``: as many wait as may.
    """
    document = decision.document
    if not named:
        return Decision(
            document, Verdict.HELD, "order_not_named", "В документе не назван заказ (Основание): не с чем сопоставить"
        )
    if known:
        return Decision(document, Verdict.DUPLICATE, "held_already", "Этот документ уже ждёт своего заказа")
    if full:
        reason = "Своих заказов ждёт слишком много документов этой базы, этот не взят. Пришлите его после заказа"
        return Decision(document, Verdict.REJECTED, "too_many_held", reason)
    return decision


def taken_up(document: Document, order: Decision) -> Decision:
    """The verdict on a document that waited, by that on the order that has come."""
    verdict = Verdict.UPDATED if order.plan else Verdict.UNCHANGED
    return Decision(document, verdict, "taken_with_order", "Пришёл раньше своего заказа, учтён вместе с ним")


def belongs_elsewhere(document: Document, node_title: str) -> Decision:
    """The same GUID already came from another base: one order, one deal."""
    what = "Этот же заказ" if is_order(document) else "Заказ этого документа"
    return Decision(document, Verdict.DUPLICATE, "known_in_other_node", f"{what} уже получен из базы «{node_title}»")


def _offered_first(states: Callable[[], States] | None) -> Order | None:
    """What the base has at least, if it has never shown the order: the first of the offers it did not confirm.

    What its first upload is silent about was in that offer; anything newer will be offered again.
    """
    offered = states().offered if states else ()
    return offered[0] if offered else None


def _told(conflicts: Sequence[Conflict]) -> str:
    """Fields in dispute, by what decided it: ``Изменено с обеих сторон: комментарий, промокод``."""
    fields = {reason: dict.fromkeys(title(one.field) for one in conflicts if one.reason == reason) for reason, _ in REASONS}
    return "; ".join(f"{what}: {', '.join(fields[reason])}" for reason, what in REASONS if fields[reason])


def _place(document: Document) -> str:
    return f"{document.operation}/{document.document_id}"


def _first_problem(problems: Sequence[Problem]) -> tuple[str, str]:
    return (problems[0].code, f"{problems[0].where}: {problems[0].what}") if problems else ("", "")
