"""The portal's whole state as plain data, for comparisons and for ``/_emulator/state``."""

from typing import Any

from uzel.emulators.bitrix24_portal import item_fields, multifields, product_rows
from uzel.emulators.bitrix24_portal.catalog.state import everything as catalog_state
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.methods import (
    crm_bank_detail,
    crm_category,
    crm_log_message,
    crm_requisite,
    crm_status,
    crm_type,
    crm_userfield,
)
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD, Item


def everything(core: Core) -> dict[str, Any]:
    """All tables. Money is Decimal here and a number in JSON; user fields go by their original names, booleans are booleans."""
    with core.store.lock:
        return {
            "leads": [client(core, item) for item in core.store.items[LEAD]],
            "deals": [deal(core, item) for item in core.store.items[DEAL]],
            "contacts": [client(core, item) for item in core.store.items[CONTACT]],
            "companies": [client(core, item) for item in core.store.items[COMPANY]],
            "requisites": [crm_requisite.show(one) for one in core.store.requisites.values()],
            "bank_details": [crm_bank_detail.show(one) for one in core.store.bank_details.values()],
            "addresses": [
                {"TYPE_ID": key[0], "ENTITY_TYPE_ID": key[1], "ENTITY_ID": key[2], **values}
                for key, values in core.store.addresses.items()
            ],
            "users": users(core),
            "user_fields": [crm_userfield.show(one) for one in core.store.user_fields.values()],
            "categories": [crm_category.show(one) for one in core.store.categories.values()],
            "statuses": [crm_status.show(one) for one in core.store.statuses.values()],
            "comments": [
                {"id": one.id, "entityType": one.entity_type, "entityId": one.entity_id, "authorId": one.author_id,
                 "comment": one.comment, "created": one.created}
                for one in core.store.comments.values()
            ],
            "log_messages": [
                {"entityTypeId": one.entity_type_id, "entityId": one.entity_id, **crm_log_message.show(one)}
                for one in core.store.log_messages.values()
            ],
            "notifications": notifications(core),
            "types": [crm_type.show(one, with_relations=True) for one in core.store.types.values()],
            "type_categories": [crm_category.show(one) for one in core.store.smart_categories.values()],
            "type_items": [
                _plain(core, item) for one in core.store.types.values() for item in core.store.items[one.entity_type_id]
            ],
            **catalog_state(core.store.catalog),
        }  # fmt: skip


def _plain(core: Core, item: Item) -> dict[str, Any]:
    shown = item_fields.show(core, item, original=True)
    own = {one.name: item.values.get(one.name) for one in core.store.user_fields_of(item.entity_type_id)}
    return shown | own


def deal(core: Core, item: Item) -> dict[str, Any]:
    """A deal with its rows."""
    return _plain(core, item) | {"rows": [product_rows.show(row) for row in core.store.rows.get(item.id, ())]}


def client(core: Core, item: Item) -> dict[str, Any]:
    """A lead, a contact or a company with its phones and legal details."""
    owned = [
        crm_requisite.show(one)
        for one in core.store.requisites.values()
        if (one.entity_type_id, one.entity_id) == (item.entity_type_id, item.id)
    ]
    return _plain(core, item) | {"fm": multifields.show(item.multifields), "requisites": owned}


def notifications(core: Core) -> list[dict[str, Any]]:
    """What employees were told, the oldest first."""
    with core.store.lock:
        return [
            {"id": one.id, "kind": one.kind, "userId": one.user_id, "authorId": one.author_id, "message": one.message,
             "messageOut": one.message_out, "tag": one.tag, "subTag": one.sub_tag, "attach": one.attach, "created": one.created}
            for one in core.store.notifications.values()
        ]  # fmt: skip


def users(core: Core) -> list[dict[str, Any]]:
    """Employees, without the secrets of their webhooks."""
    return [
        {"id": one.id, "fullName": one.full_name, "name": one.name, "lastName": one.last_name, "secondName": one.second_name,
         "isAdmin": one.is_admin, "isCrmAdmin": one.is_crm_admin, "rights": one.rights,
         "isActive": one.is_active, "userFields": dict(one.user_fields)}
        for one in core.store.users.values()
    ]  # fmt: skip
