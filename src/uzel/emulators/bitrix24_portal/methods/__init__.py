"""The registry of methods: one line a file. A new group of methods is a new file and a line here."""

from collections.abc import Mapping

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.methods import (
    application_options,
    catalog_directories,
    catalog_documents,
    catalog_images,
    catalog_prices,
    catalog_products,
    crm_address,
    crm_bank_detail,
    crm_category,
    crm_currency,
    crm_deal_category,
    crm_deal_contacts,
    crm_duplicate,
    crm_import,
    crm_item,
    crm_log_message,
    crm_old_items,
    crm_old_products,
    crm_product_rows,
    crm_requisite,
    crm_requisite_link,
    crm_stage_history,
    crm_status,
    crm_timeline,
    crm_type,
    crm_userfield,
    event_binding,
    event_offline,
    im_notify,
    placement,
    system,
    user_userfield,
    userfieldconfig,
    users,
)
from uzel.emulators.bitrix24_portal.values import text

_GROUPS = (
    crm_item.METHODS,
    crm_import.METHODS,
    crm_product_rows.METHODS,
    crm_old_items.METHODS,
    crm_deal_contacts.METHODS,
    crm_old_products.METHODS,
    crm_requisite.METHODS,
    crm_requisite_link.METHODS,
    crm_address.METHODS,
    crm_bank_detail.METHODS,
    crm_duplicate.METHODS,
    crm_userfield.METHODS,
    userfieldconfig.METHODS,
    crm_category.METHODS,
    crm_deal_category.METHODS,
    crm_status.METHODS,
    crm_stage_history.METHODS,
    crm_currency.METHODS,
    crm_timeline.METHODS,
    crm_log_message.METHODS,
    crm_type.METHODS,
    users.METHODS,
    user_userfield.METHODS,
    system.METHODS,
    event_binding.METHODS,
    event_offline.METHODS,
    application_options.METHODS,
    placement.METHODS,
    im_notify.METHODS,
    catalog_products.METHODS,
    catalog_prices.METHODS,
    catalog_directories.METHODS,
    catalog_images.METHODS,
    catalog_documents.METHODS,
)


def _names(call: Call) -> Reply:
    """``methods``: what this webhook or application may call."""
    return Reply(sorted(method.name for method in METHODS.values() if call.may_call(method)))


def _is_known(call: Call) -> Reply:
    """``method.get``: whether there is such a method and whether the caller may call it."""
    method = METHODS.get(text(call.old("name")).lower())
    return Reply({"isExisting": method is not None, "isAvailable": method is not None and call.may_call(method)})


_ABOUT_METHODS = (Method("methods", _names, "basic"), Method("method.get", _is_known, "basic"))

#: lower-case name → method; names are read without regard to case (bitrix24-rest A1)
METHODS: Mapping[str, Method] = {method.name.lower(): method for group in (*_GROUPS, _ABOUT_METHODS) for method in group}
