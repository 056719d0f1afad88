"""The small tables of the catalogue, as data: their words, what they demand, who refuses what (bitrix24-rest D)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal.catalog import errors, fields
from uzel.emulators.bitrix24_portal.catalog.errors import other
from uzel.emulators.bitrix24_portal.catalog.fields import Field
from uzel.emulators.bitrix24_portal.catalog.store import Catalog
from uzel.emulators.bitrix24_portal.catalog.table import Entry, Table
from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import ApiError

Check = Callable[[Call, Mapping[str, Any], int], None]
READS = ("get", "list", "getFields")
WRITES = ("add", "update", "delete")


@dataclass(frozen=True, slots=True)
class Directory:
    """One family of methods. ``check`` sees an entry before it is stored, with the id of the old one or 0."""

    name: str
    one: str
    many: str
    table: Callable[[Catalog], Table]
    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
    in_filter: tuple[str, ...] = ()
    verbs: tuple[str, ...] = (*READS, *WRITES)
    read_denied: str = errors.READ_DENIED
    edit_denied: str = errors.EDIT_DENIED
    missing: str = ""
    check: Check | None = None
    before_delete: Callable[[Call, Entry], None] | None = None
    #: of one group of entries only one has this flag; a new one takes it from the old one
    flag: str = ""


def _check_section(call: Call, new: Mapping[str, Any], old_id: int) -> None:
    catalog = call.core.store.catalog
    if catalog.catalogs.get(new["iblockId"]) is None:
        raise ApiError(errors.SECTION_NO_IBLOCK, "Iblock Not Found")
    parent_id = new["iblockSectionId"]
    while parent_id:
        parent = catalog.sections.get(parent_id)
        if parent is None or parent["iblockId"] != new["iblockId"] or parent_id == old_id:
            raise ApiError(errors.SECTION_WRONG, "Parent section is wrong")
        parent_id = parent["iblockSectionId"]
    same = catalog.sections.having("code", new["code"]) if new["code"] else []
    if any(one["iblockId"] == new["iblockId"] and one["id"] != old_id for one in same):
        raise ApiError(errors.SECTION_CODE_TAKEN, "Section with the specified symbolic code already exists")


def _check_measure(call: Call, new: Mapping[str, Any], old_id: int) -> None:
    measures = call.core.store.catalog.measures
    if any(one["id"] != old_id for one in measures.having("code", new["code"])):
        raise ApiError(errors.MEASURE_CODE_TAKEN, "Measure with the specified code already exists")
    if new["isDefault"] == "Y" and any(one["isDefault"] == "Y" and one["id"] != old_id for one in measures):
        raise ApiError(errors.MEASURE_DEFAULT_TAKEN, "Default measure already exists")


def _check_property(call: Call, new: Mapping[str, Any], _: int) -> None:
    if call.core.store.catalog.catalogs.get(new["iblockId"]) is None:
        raise other("The specified iblock is not a product catalog")
    if new["propertyType"] not in ("N", "S", "L", "F", "E", "G"):
        raise other("Invalid property type specified")
    if (new["code"] or "")[:1].isdigit():
        raise other("Property code cannot start with a digit")


def _check_enum(call: Call, new: Mapping[str, Any], _: int) -> None:
    owner = call.core.store.catalog.properties.get(new["propertyId"])
    if owner is None or owner["propertyType"] != "L":
        raise other("Only list properties are supported")


def _refuse_base(_: Call, entry: Entry) -> None:
    if entry["base"] == "Y":
        raise ApiError(errors.BASE_PRICE_TYPE, "Base price type cannot be deleted")


DIRECTORIES = (
    Directory("catalog.catalog", "catalog", "catalogs", lambda one: one.catalogs, fields.CATALOG, verbs=READS),
    Directory(
        "catalog.section", "section", "sections", lambda one: one.sections, fields.SECTION, ("iblockId", "name"), ("iblockId",),
        read_denied=errors.SECTION_READ_DENIED, edit_denied=errors.ELEMENT_DENIED, missing=errors.SECTION_MISSING,
        check=_check_section,
    ),
    Directory(
        "catalog.priceType", "priceType", "priceTypes", lambda one: one.price_types, fields.PRICE_TYPE, ("name",), flag="base",
        missing=errors.PRICE_TYPE_MISSING,
        before_delete=_refuse_base,
    ),
    Directory(
        "catalog.measure", "measure", "measures", lambda one: one.measures, fields.MEASURE, ("code", "measureTitle"),
        missing=errors.MEASURE_MISSING,
        check=_check_measure,
    ),
    Directory("catalog.vat", "vat", "vats", lambda one: one.vats, fields.VAT, ("name", "rate"), missing=errors.VAT_MISSING),
    Directory(
        "catalog.store", "store", "stores", lambda one: one.stores, fields.STORE, ("address",), missing=errors.STORE_MISSING
    ),
    Directory(
        "catalog.storeproduct", "storeProduct", "storeProducts", lambda one: one.stocks, fields.STOCK, verbs=READS
    ),
    Directory(
        "catalog.productProperty", "productProperty", "productProperties", lambda one: one.properties, fields.PROPERTY,
        ("iblockId", "name", "propertyType"), read_denied="0", edit_denied="0", check=_check_property,
    ),
    Directory(
        "catalog.productPropertyEnum", "productPropertyEnum", "productPropertyEnums", lambda one: one.property_enums,
        fields.PROPERTY_ENUM, ("propertyId", "value"), read_denied="0", edit_denied="0", check=_check_enum,
    ),
)  # fmt: skip
