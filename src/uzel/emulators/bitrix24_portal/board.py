"""The emulator's own page: deals by stage, one deal's card, edits in the name of a manager."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from uzel.emulators.bitrix24_portal import human, state
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, Item, SmartType
from uzel.emulators.bitrix24_portal.rest import HTML_TYPE, Answer
from uzel.emulators.bitrix24_portal.smart import parents_of
from uzel.emulators.bitrix24_portal.values import to_int, to_map

CARDS_PER_STAGE = 60
ASSETS: Mapping[str, tuple[str, str]] = {
    "/": ("index.html", f"{HTML_TYPE}; charset=utf-8"),
    "/page/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/page/card.js": ("card.js", "text/javascript; charset=utf-8"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
    "/page/style.css": ("style.css", "text/css; charset=utf-8"),
}
_SECURITY = (
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)
#: user fields a card on the board shows, if the portal has them
CHIPS = ("UF_CRM_UZEL_NUMBER", "UF_CRM_UZEL_NODE", "UF_CRM_UZEL_PROMO", "UF_CRM_UZEL_PAID", "UF_CRM_UZEL_SHIPPED")


def asset(path: str) -> Answer | None:
    """A file of the page."""
    if path not in ASSETS:
        return None
    name, content_type = ASSETS[path]
    body = files("uzel.emulators.bitrix24_portal").joinpath("page", name).read_bytes()
    return Answer(200, body, content_type, _SECURITY)


def overview(core: Core, category_id: int, search: str) -> dict[str, Any]:
    """The board of one pipeline: stages, the newest cards of each, directories for the card."""
    with core.store.lock:
        deals = [item for item in core.store.items[DEAL] if item.values["categoryId"] == category_id]
        suited = [item for item in reversed(deals) if _suits(core, item, search.casefold())]
        stages = [_stage(core, stage, suited) for stage in core.store.stages(category_id)]
        return {"stages": stages, "total": len(deals), "products": len(core.store.catalog.products), **_directories(core)}


def _stage(core: Core, stage: Any, deals: list[Item]) -> dict[str, Any]:
    here = [item for item in deals if item.values["stageId"] == stage.status_id]
    return {
        "id": stage.status_id, "name": stage.name, "color": stage.color, "semantics": stage.semantics, "count": len(here),
        "sum": sum(item.values["opportunity"] for item in here),
        "cards": [_card(core, item) for item in here[:CARDS_PER_STAGE]],
    }  # fmt: skip


def _card(core: Core, item: Item) -> dict[str, Any]:
    own = {one.name: one for one in core.store.user_fields_of(DEAL)}
    chips = {name: _shown(own[name], item.values.get(name)) for name in CHIPS if name in own}
    chips |= {name: _parent_title(core, one, item.values.get(name)) for name, one in parents_of(core.store, DEAL).items()}
    return {
        "id": item.id, "title": item.values["title"], "opportunity": item.values["opportunity"],
        "currencyId": item.values["currencyId"], "assignedById": item.values["assignedById"], "client": client_name(core, item),
        "updatedTime": item.values["updatedTime"], "updatedBy": item.values["updatedBy"],
        "rows": len(core.store.rows.get(item.id, ())), "chips": {name: value for name, value in chips.items() if value},
    }  # fmt: skip


def _parent_title(core: Core, one: SmartType, item_id: int | None) -> str:
    parent = core.store.items[one.entity_type_id].get(item_id)
    return str(parent.values["title"]) if parent else ""


def _parents(core: Core) -> list[dict[str, Any]]:
    """Parents of a deal, for the card: chosen as from a list."""
    return [
        {"name": name, "title": one.title, "type": "enumeration", "multiple": False,
         "items": [{"id": item.id, "value": item.values["title"]} for item in core.store.items[one.entity_type_id]]}
        for name, one in parents_of(core.store, DEAL).items()
    ]  # fmt: skip


def _shown(field: Any, value: Any) -> Any:
    if field.user_type == "enumeration":
        return next((one.value for one in field.items if one.id == value), "")
    return value if isinstance(value, bool) else "" if value is None else str(value)


def client_name(core: Core, item: Item) -> str:
    """The company of a deal, or its contact."""
    company = core.store.items[COMPANY].get(item.values["companyId"])
    if company:
        return str(company.values["title"])
    contact = core.store.items[CONTACT].get(item.values["contactId"])
    names = ("lastName", "name", "secondName")
    return " ".join(str(contact.values[name]) for name in names if contact.values.get(name)) if contact else ""


def _suits(core: Core, item: Item, search: str) -> bool:
    if not search:
        return True
    values = (item.id, item.values["title"], item.values.get("UF_CRM_UZEL_NUMBER"), client_name(core, item))
    return any(search in str(value).casefold() for value in values if value)


def _directories(core: Core) -> dict[str, Any]:
    categories = sorted(core.store.categories.values(), key=lambda one: (one.sort, one.id))
    return {
        "categories": [{"id": one.id, "name": one.name} for one in categories],
        "users": [one for one in state.users(core) if one["isActive"]],
        "fields": _parents(core) + [
            {"name": one.name, "title": one.title, "type": one.user_type, "multiple": one.is_multiple,
             "items": [{"id": item.id, "value": item.value} for item in one.items]}
            for one in core.store.user_fields_of(DEAL)
        ],
        "measures": sorted(
            ({"code": one["code"], "name": one["symbol"]} for one in core.store.catalog.measures), key=lambda one: one["code"]
        ),
    }  # fmt: skip


def card(core: Core, deal_id: int) -> dict[str, Any]:
    """Everything about one deal."""
    with core.store.lock:
        item = core.store.items[DEAL].get(deal_id)
        if item is None:
            raise ApiError("NOT_FOUND", f"Сделки {deal_id} нет", 404)
        comments = [
            {"comment": one.comment, "authorId": one.author_id, "created": one.created}
            for one in core.store.comments.values()
            if one.entity_type == "deal" and one.entity_id == deal_id
        ]
        return state.deal(core, item) | {"client": client_name(core, item), "timeline": comments}


def save(core: Core, deal_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A person saved the card; without an id a new deal is made."""
    user_id, rows = to_int(body.get("userId")) or 0, body.get("rows")
    fields = to_map(body.get("fields"))
    if deal_id:
        human.edit(core, deal_id, user_id, fields=fields, rows=rows)
    else:
        deal_id = human.create(core, user_id, fields, rows)
    return card(core, deal_id)


def remove(core: Core, deal_id: int, _: Mapping[str, Any]) -> dict[str, Any]:
    """A person deleted the deal."""
    human.delete(core, deal_id)
    return {"deleted": deal_id}


ACTIONS: Mapping[str, Callable[[Core, int, Mapping[str, Any]], dict[str, Any]]] = {"POST": save, "DELETE": remove}
