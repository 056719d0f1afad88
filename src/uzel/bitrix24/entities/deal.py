"""Deals: the record, the commands that read and write it, and the answers read into it (bitrix24-rest C1, C2).

Every name of a deal's field stands here and nowhere else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities import deal_fields
from uzel.bitrix24.entities.product_row import DealRow
from uzel.bitrix24.values import as_int, as_money, as_text, is_yes

DEAL = 2  # entityTypeId
PAGE = 50  # deals in one answer of a list


@dataclass(frozen=True, slots=True)
class DealState:
    """The part of a deal that speaks of an order. Moments and dates are texts as the portal shows them.

    ``node`` is the id of what stands for the exchange node in the portal; ``contact_id`` and ``company_id`` are 0 for nobody.
    ``extras`` are user fields that are not ours but named in a node's table of requisites: (code, value), by code.
    ``received``, ``refunded``: money that came and that went back; ``dispatched``, ``returned``: goods, in money.
    ``promo_note``: what is wrong with the promo code; only shown, the portal's word on it means nothing.
    """

    stage_id: str = ""
    currency: str = "RUB"
    opportunity: Decimal = Decimal(0)
    assigned_by_id: int = 0
    comments: str = ""
    contact_id: int = 0
    company_id: int = 0
    node: str = ""
    number: str = ""
    number_in_node: str = ""
    date_in_node: str = ""
    posted: bool = False
    paid: bool = False
    shipped: bool = False
    received: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    dispatched: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    promo_code: str = ""
    promo_note: str = ""
    bonus_card_number: str = ""
    paid_by_bonus: Decimal = Decimal(0)
    extras: tuple[tuple[str, str], ...] = ()
    rows: tuple[DealRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as read, without its product rows: those come by a call of their own.

    ``absent``: attributes of the state (and ``hold``) whose fields this portal does not have. ``others``: user fields that
    are not ours, by code, as the portal gives them; nothing of them is in ``state``.
    """

    deal_id: int
    state: DealState
    category_id: int = 0
    hold: bool = False
    created_at: str = ""
    updated_at: str = ""
    updated_by_id: int = 0
    originator_id: str = ""
    origin_id: str = ""
    absent: frozenset[str] = frozenset()
    others: Mapping[str, Any] = field(default_factory=dict)

    def over(self, shown: DealState) -> DealState:
        """The state, with what the portal cannot show as it was last seen: a field that is gone is nobody's edit."""
        return replace(self.state, **{name: getattr(shown, name) for name in self.absent - {"hold"}})


@dataclass(frozen=True, slots=True)
class _Field:
    """A standard field of the portal and the attribute of :class:`DealState` that it shows."""

    name: str
    attribute: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value


_FIELDS: tuple[_Field, ...] = (
    _Field("stageId", "stage_id", as_text),
    _Field("currencyId", "currency", as_text),
    _Field("opportunity", "opportunity", as_money, str),
    _Field("assignedById", "assigned_by_id", as_int),
    _Field("comments", "comments", as_text),
    _Field("contactId", "contact_id", as_int),
    _Field("companyId", "company_id", as_int),
)


def add(
    key: str, state: Mapping[str, Any], node_field: str, *,
    title: str, category_id: int, originator_id: str, origin_id: str, **own: Any,
) -> Command:  # fmt: skip
    """Create a deal that shows the given attributes of a state; ``own`` are further fields in the portal's names."""
    keys = {"title": title, "categoryId": category_id, "originatorId": originator_id, "originId": origin_id}
    fields = keys | own | show(state, node_field)
    return Command("crm.item.add", {"entityTypeId": DEAL, "useOriginalUfNames": "Y", "fields": fields}, key)


def import_one(
    key: str, state: Mapping[str, Any], node_field: str, *,
    title: str, category_id: int, originator_id: str, origin_id: str, **own: Any,
) -> Command:  # fmt: skip
    """The same without robots and workflows; the answer names the id only (bitrix24-rest C10)."""
    command = add(
        key, state, node_field, title=title, category_id=category_id, originator_id=originator_id, origin_id=origin_id, **own
    )
    return replace(command, method="crm.item.import")


def read_id(result: Any) -> int:
    """Id of the deal in an answer to add or import; ValueError when there is none."""
    deal_id = as_int(result["item"]["id"])
    if not deal_id:
        raise ValueError("a deal without an id")
    return deal_id


def update(key: str, deal_id: int, state: Mapping[str, Any], node_field: str, **own: Any) -> Command:
    """Write the given attributes of a state; ``own`` are further fields in the portal's names."""
    changes = {"entityTypeId": DEAL, "useOriginalUfNames": "Y", "id": deal_id, "fields": own | show(state, node_field)}
    return Command("crm.item.update", changes, key)


def get(key: str, deal_id: int | str) -> Command:
    """Read one deal; its id may be a reference to an earlier command of the batch."""
    return Command("crm.item.get", {"entityTypeId": DEAL, "useOriginalUfNames": "Y", "id": deal_id}, key)


def of_origin(key: str, node_field: str, originator_id: str, origin_id: str) -> Command:
    """Deals that carry our external key; nothing in the portal keeps it unique, so the oldest is ours."""
    return listing(key, node_field, {"=originatorId": originator_id, "=originId": origin_id}, {"id": "ASC"})


def of_origins(key: str, node_field: str, originator_id: str, origin_ids: Sequence[str]) -> Command:
    """At most :data:`PAGE` deals of as many external keys; whether lists of them are taken is [?] (bitrix24-rest M)."""
    return listing(key, node_field, {"=originatorId": originator_id, "@originId": list(origin_ids)}, {"id": "ASC"})


def of_ids(key: str, node_field: str, deal_ids: Iterable[int]) -> Command:
    """At most :data:`PAGE` deals."""
    return listing(key, node_field, {"@id": list(deal_ids)}, {"id": "ASC"})


def people(key: str, deal_ids: Iterable[int]) -> Command:
    """Of at most :data:`PAGE` deals, the people alone."""
    params = {"entityTypeId": DEAL, "filter": {"@id": list(deal_ids)}, "order": {"id": "ASC"}}
    return Command("crm.item.list", params | {"select": ["id", "assignedById", "observers"]}, key)


def changed_since(key: str, node_field: str, moment: str, not_by: int, start: int = 0) -> Command:
    """Deals touched last by anybody but one employee at ``moment`` (as the portal writes it) or later, oldest first."""
    since = {">=updatedTime": moment} if moment else {}
    return listing(key, node_field, {"!=updatedBy": not_by} | since, {"updatedTime": "ASC", "id": "ASC"}, start)


def listing(key: str, node_field: str, criteria: Mapping[str, Any], order: Mapping[str, str], start: int = 0) -> Command:
    """A page of deals. Whether ``*`` brings parents is [?] (bitrix24-rest M), so the node's field is asked for by its name."""
    params = {"entityTypeId": DEAL, "useOriginalUfNames": "Y", "filter": criteria, "order": order, "start": start}
    parent = [] if node_field == deal_fields.NODE else [node_field]
    return Command("crm.item.list", params | {"select": ["*", "UF_*", *parent]}, key)


def show(state: Mapping[str, Any], node_field: str) -> dict[str, Any]:
    """Fields of the portal for attributes of a state. A given sum is kept as given, whatever the rows say.

    ``node_field`` is what this portal's deals name their exchange node by: a list of ours, or ``parentId…`` of a smart process.
    """
    found = {one.name: one.write(state[one.attribute]) for one in _FIELDS if one.attribute in state}
    if "opportunity" in found:
        found["isManualOpportunity"] = "Y"
    return found | deal_fields.show(state, node_field) | dict(state.get("extras", ()))


def read_item(result: Any, node_field: str) -> Deal:
    """The deal in an answer to add, get or update."""
    return read_deal(result["item"], node_field)


def read_items(result: Any, node_field: str) -> list[Deal]:
    """The deals in an answer to a list."""
    return [read_deal(item, node_field) for item in result["items"]]


def read_people(result: Any) -> dict[int, tuple[int, frozenset[int]]]:
    """By deal: who is responsible for it and who watches it."""
    return {
        as_int(item["id"]): (as_int(item.get("assignedById")), frozenset(map(as_int, item.get("observers") or ())))
        for item in result["items"]
    }


def read_deal(item: Mapping[str, Any], node_field: str) -> Deal:
    """One deal out of the portal's own fields."""
    shown = {one.attribute: one.read(item.get(one.name)) for one in _FIELDS}
    return Deal(
        deal_id=as_int(item["id"]),
        state=DealState(**shown, **deal_fields.read(item, node_field)),
        category_id=as_int(item.get("categoryId")),
        hold=is_yes(item.get(deal_fields.HOLD)),
        created_at=as_text(item.get("createdTime")),
        updated_at=as_text(item.get("updatedTime")),
        updated_by_id=as_int(item.get("updatedBy")),
        originator_id=as_text(item.get("originatorId")),
        origin_id=as_text(item.get("originId")),
        absent=deal_fields.absent(item, node_field),
        others=deal_fields.others(item),
    )
