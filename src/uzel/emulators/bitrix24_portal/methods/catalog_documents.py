"""``catalog.document.*``: inventory accounting (bitrix24-rest D)."""

from typing import Any

from uzel.emulators.bitrix24_portal.catalog import stocks
from uzel.emulators.bitrix24_portal.catalog.errors import check_edit, check_read, other
from uzel.emulators.bitrix24_portal.catalog.fields import DOCUMENT, DOCUMENT_ELEMENT, defaults
from uzel.emulators.bitrix24_portal.catalog.listing import find, resolver
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, given, read, select
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import to_int

DENIED = "0"
DRAFT, CONDUCTED, CANCELLED = "N", "Y", "C"


def mode(call: Call) -> Reply:
    """Whether inventory accounting is on."""
    check_read(call, DENIED)
    return Reply("Y" if call.core.options.inventory_accounting else "N")


def add(call: Call) -> Reply:
    """Make a draft."""
    fields, now = given(call), call.core.clock.moment()
    check_edit(call, DENIED)
    check_required(fields, ("docType", "responsibleId", "currency"))
    values = {"createdBy": call.user.id, "modifiedBy": call.user.id, "dateCreate": now, "dateModify": now}
    new = defaults(DOCUMENT) | values | read(DOCUMENT, fields, call.core.clock.zone, on_create=True)
    if new["docType"] not in stocks.STORES:
        raise other("Wrong document type")
    return Reply({"document": select(call.core.store.catalog.documents.add(new), DOCUMENT)})


def listing(call: Call) -> Reply:
    """A page of documents."""
    check_read(call, DENIED)
    entries, total, following = find(call, call.core.store.catalog.documents, resolver(DOCUMENT), call.params)
    return Reply({"documents": [select(one, DOCUMENT, call.params.get("select")) for one in entries]}, total, following)


def delete(call: Call) -> Reply:
    """Delete a document that is not conducted."""
    catalog, document = call.core.store.catalog, _writable(call)
    if document["status"] == CONDUCTED:
        raise other("Conducted document cannot be deleted")
    for element in catalog.document_elements.having("docId", document["id"]):
        catalog.document_elements.remove(element["id"])
    catalog.documents.remove(document["id"])
    return Reply(True)


def conduct(call: Call) -> Reply:
    """Move the goods of a document."""
    document = _writable(call)
    if not call.core.options.inventory_accounting:
        raise other("Warehouse accounting must be enabled to conduct the document")
    if document["status"] == CONDUCTED:
        raise other("Document is already conducted")
    stocks.conduct(call.core, document)
    return _turned(call, document, CONDUCTED)


def cancel(call: Call) -> Reply:
    """Take a conducted document back."""
    document = _writable(call)
    if document["status"] != CONDUCTED:
        raise other("Document is not conducted")
    stocks.cancel(call.core, document)
    return _turned(call, document, CANCELLED)


def _turned(call: Call, document: Entry, status: str) -> Reply:
    stamp = {"status": status, "statusBy": call.user.id, "dateStatus": call.core.clock.moment()}
    call.core.store.catalog.documents.put({**document, **stamp})
    return Reply(True)


def _writable(call: Call) -> Entry:
    number = to_int(call.required("id"))
    check_edit(call, DENIED)
    document = call.core.store.catalog.documents.get(number)
    if document is None:
        raise other("Document not found")
    return document


def add_element(call: Call) -> Reply:
    """Put a product into a draft."""
    fields = given(call)
    check_edit(call, "ERROR_DOCUMENT_RIGHTS")
    check_required(fields, ("docId", "elementId"))
    catalog = call.core.store.catalog
    values = read(DOCUMENT_ELEMENT, fields, call.core.clock.zone, on_create=True)
    _draft(call, values["docId"])
    stores = [values.get("storeFrom"), values.get("storeTo")]
    if catalog.products.get(values["elementId"]) is None or any(one and catalog.stores.get(one) is None for one in stores):
        raise other("Error of adding new document element")
    return _element(catalog.document_elements.add(defaults(DOCUMENT_ELEMENT) | values))


def update_element(call: Call) -> Reply:
    """Change a row of a draft."""
    element, fields = _found_element(call), given(call)
    values = read(DOCUMENT_ELEMENT, fields, call.core.clock.zone, on_create=False)
    return _element(call.core.store.catalog.document_elements.put({**element, **values}))


def delete_element(call: Call) -> Reply:
    """Take a row out of a draft."""
    call.core.store.catalog.document_elements.remove(_found_element(call)["id"])
    return Reply(True)


def list_elements(call: Call) -> Reply:
    """A page of rows of documents."""
    check_read(call, DENIED)
    table = call.core.store.catalog.document_elements
    entries, total, following = find(call, table, resolver(DOCUMENT_ELEMENT), call.params)
    shown: list[dict[str, Any]] = [select(one, DOCUMENT_ELEMENT, call.params.get("select")) for one in entries]
    return Reply({"documentElements": shown}, total, following)


def _found_element(call: Call) -> Entry:
    number = to_int(call.required("id"))
    check_edit(call, "ERROR_DOCUMENT_RIGHTS")
    element = call.core.store.catalog.document_elements.get(number)
    if element is None:
        raise other("Document element not found")
    _draft(call, element["docId"])
    return element


def _draft(call: Call, number: int) -> None:
    document = call.core.store.catalog.documents.get(number)
    if document is None:
        raise ApiError("ERROR_DOCUMENT_STATUS", "Document not found")
    if document["status"] == CONDUCTED:
        raise ApiError("ERROR_DOCUMENT_STATUS", "Conducted document")


def _element(entry: Entry) -> Reply:
    return Reply({"documentElement": select(entry, DOCUMENT_ELEMENT)})


METHODS = (
    Method("catalog.document.mode.status", mode, "catalog"),
    Method("catalog.document.add", add, "catalog"),
    Method("catalog.document.list", listing, "catalog"),
    Method("catalog.document.delete", delete, "catalog"),
    Method("catalog.document.conduct", conduct, "catalog"),
    Method("catalog.document.cancel", cancel, "catalog"),
    Method("catalog.document.element.add", add_element, "catalog"),
    Method("catalog.document.element.update", update_element, "catalog"),
    Method("catalog.document.element.delete", delete_element, "catalog"),
    Method("catalog.document.element.list", list_elements, "catalog"),
)
