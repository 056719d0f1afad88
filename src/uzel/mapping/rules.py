"""What a node's parameters mean for the mapping: a frozen extract of the node, free of tables and SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StageRow:
    """One row of the status table: a status of the node and the stage of the portal that shows it."""

    status: str
    name: str
    stage_id: str


@dataclass(frozen=True, slots=True)
class OwnRequisite:
    """A row of a node's table of requisites: what of it is empty is as in the standard table (``mapping.requisites``)."""

    field: str
    name: str = ""
    direction: str = ""
    converter: str = ""


@dataclass(frozen=True, slots=True)
class NodeRules:
    """Parameters of one node.

    ``statuses_travel``: the client takes and gives status codes.
    ``bulk_load``: new deals are imported, so that robots and workflows do not run.
    ``node_field`` and ``portal_item``: the field of a deal that names its exchange node, and what stands there for this
    one; empty until the portal is set up.
    """

    code: str
    title: str
    profile: str = "unf"
    stages: tuple[StageRow, ...] = ()
    requisites: tuple[OwnRequisite, ...] = ()
    ownership: Mapping[str, str] = field(default_factory=dict)
    category_id: int = 0
    default_responsible_id: int | None = None
    number_prefix: str = "B"
    bulk_load: bool = False
    node_field: str = ""
    portal_item: str = ""

    @property
    def dates_are_flags(self) -> bool:
        """Whether «Дата оплаты по 1С» stands for «Оплачен», and its absence for "not paid" (UT writes no flags)."""
        return self.profile == "ut"

    @property
    def statuses_travel(self) -> bool:
        """Whether the base understands «Статуса заказа ИД» (UT writes and reads none)."""
        return self.profile != "ut"
