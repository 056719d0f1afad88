"""What the portal stores. A change is a new record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

LEAD, DEAL, CONTACT, COMPANY, REQUISITE = 1, 2, 3, 4, 8
ENTITY_NAMES: Mapping[int, str] = {LEAD: "Лид", DEAL: "Сделка", CONTACT: "Контакт", COMPANY: "Компания"}
#: entityTypeId → what stands in ENTITY_ID of its user fields
USER_FIELD_ENTITY: Mapping[int, str] = {LEAD: "CRM_LEAD", DEAL: "CRM_DEAL", CONTACT: "CRM_CONTACT", COMPANY: "CRM_COMPANY"}


@dataclass(frozen=True, slots=True)
class User:
    """An employee; ``secret`` is his webhook's.

    ``rights`` in CRM: all | own (only where he is responsible) | none, or a map of them by kind and action (``rights.py``).
    """

    id: int
    name: str
    last_name: str
    second_name: str = ""
    email: str = ""
    work_position: str = ""
    is_admin: bool = False
    is_active: bool = True
    is_crm_admin: bool = False
    rights: str | Mapping[str, str] = "all"
    secret: str = ""
    user_fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rules_crm(self) -> bool:
        """Whether he sets CRM up and sees all of it: its administrator, or the portal's."""
        return self.is_admin or self.is_crm_admin

    @property
    def full_name(self) -> str:
        """Last, first and middle name."""
        return " ".join(part for part in (self.last_name, self.name, self.second_name) if part)


@dataclass(frozen=True, slots=True)
class Category:
    """A pipeline: of deals, where 0 is the one that is always there, or of a smart process."""

    id: int
    name: str
    sort: int = 500
    is_default: bool = False
    origin_id: str = ""
    originator_id: str = ""
    entity_type_id: int = DEAL


@dataclass(frozen=True, slots=True)
class SmartType:
    """A smart process. ``parents`` and ``children``: entityTypeId → whether the list of linked items is shown (Y, N)."""

    id: int
    entity_type_id: int
    title: str
    created_by: int
    updated_by: int
    created: datetime
    updated: datetime
    flags: Mapping[str, str] = field(default_factory=dict)
    linked_user_fields: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[int, str] = field(default_factory=dict)
    children: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """An entry of a CRM directory; a stage of a pipeline is one. ``semantics``: "" in work, S won, F lost."""

    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int = 10
    is_system: bool = False
    color: str = ""
    semantics: str = ""
    name_init: str = ""
    category_id: int = 0


@dataclass(frozen=True, slots=True)
class EnumItem:
    """A value of a user field of type enumeration; deals hold its id."""

    id: int
    value: str
    xml_id: str
    sort: int = 100
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class UserField:
    """A user field. ``name`` starts with UF_; labels are by language."""

    id: int
    entity_id: str
    name: str
    user_type: str
    xml_id: str | None = None
    sort: int = 100
    is_multiple: bool = False
    is_mandatory: bool = False
    show_filter: str = "N"
    show_in_list: str = "Y"
    edit_in_list: str = "Y"
    is_searchable: str = "N"
    settings: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: tuple[EnumItem, ...] = ()

    @property
    def title(self) -> str:
        """The label a person sees."""
        labels = self.labels.get("editFormLabel", {})
        return labels.get("ru") or next(iter(labels.values()), "") or self.name


@dataclass(frozen=True, slots=True)
class Multifield:
    """A phone, an e-mail, … of a lead, a contact or a company."""

    id: int
    type_id: str
    value_type: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """A lead, a deal, a contact, a company or an item of a smart process.

    ``values``: camelCase names of standard fields and original names of user fields.
    """

    entity_type_id: int
    id: int
    values: Mapping[str, Any]
    multifields: tuple[Multifield, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product row of a deal, prices of one unit (bitrix24-rest C4)."""

    id: int
    owner_id: int
    product_id: int
    product_name: str
    price: Decimal
    price_exclusive: Decimal
    price_netto: Decimal
    price_brutto: Decimal
    quantity: Decimal
    discount_type_id: int
    discount_rate: Decimal
    discount_sum: Decimal
    tax_rate: Decimal | None
    tax_included: str
    tax_name: str
    measure_code: int
    measure_name: str
    sort: int
    type: int = 1
    xml_id: str = ""


@dataclass(frozen=True, slots=True)
class Requisite:
    """Legal details of a contact or a company; ``fields`` by their UPPER_CASE names, all texts."""

    id: int
    entity_type_id: int
    entity_id: int
    preset_id: int
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class BankDetail:
    """A bank account of a requisite; ``fields`` as those of a requisite."""

    id: int
    requisite_id: int
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in the timeline of an item."""

    id: int
    entity_type: str
    entity_id: int
    author_id: int
    comment: str
    created: datetime


@dataclass(frozen=True, slots=True)
class StageMove:
    """An item came into a stage. ``type_id``: 1 it was made, 2 a stage in work, 3 a last one, 5 another pipeline."""

    id: int
    entity_type_id: int
    owner_id: int
    type_id: int
    category_id: int
    stage_id: str
    semantics: str
    created: datetime


@dataclass(frozen=True, slots=True)
class RequisiteLink:
    """Legal details chosen for a deal or an item of a smart process, the client's and our company's; 0: none."""

    requisite_id: int
    bank_detail_id: int
    our_requisite_id: int
    our_bank_detail_id: int


@dataclass(frozen=True, slots=True)
class LogMessage:
    """An entry that an application or a webhook writes into the timeline of an item."""

    id: int
    entity_type_id: int
    entity_id: int
    author_id: int
    title: str
    text: str
    icon: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Notification:
    """What an employee is told under the bell. ``kind``: system, or personal, which somebody says; ``attach``: JSON."""

    id: int
    kind: str
    user_id: int
    author_id: int
    message: str
    message_out: str
    tag: str
    sub_tag: str
    attach: str
    created: datetime
