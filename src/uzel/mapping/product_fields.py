"""What the portal's catalogue should show of a section, an item or a variant. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from uzel.bitrix24.entities import product_property
from uzel.bitrix24.entities.catalog import NAME_LIMIT, Shelf
from uzel.commerceml.values import plain
from uzel.model import NomenclatureItem, Section, Variant

Fields = dict[str, Any]
WHOLE_BASE = ""  # the key of a stock of no warehouse


def section_fields(section: Section, parent_id: int, shelf: Shelf) -> Fields:
    """``parent_id`` 0 is the top."""
    return {
        "iblockId": shelf.products,
        "name": section.name[:NAME_LIMIT] or section.section_id,
        "xmlId": section.section_id,
        "iblockSectionId": parent_id or None,
        "active": _flag(not section.deletion_mark),
    }


def item_fields(item: NomenclatureItem, section_id: int, shelf: Shelf) -> Fields:
    """A measure or a rate of VAT that the portal does not have is left to it."""
    fields: Fields = {
        "iblockId": shelf.products,
        "name": item.name[:NAME_LIMIT] or item.item_id,
        "xmlId": item.item_id,
        "iblockSectionId": section_id or None,
        "active": _flag(not item.deletion_mark),
        "detailText": item.description,
        "vatIncluded": "Y",
    }
    return fields | _known("vatId", shelf.vats, _rate(item)) | _known("measure", shelf.measures, item.measure_code)


def variant_fields(variant: Variant, item: NomenclatureItem, parent_id: int, shelf: Shelf) -> Fields:
    """A variant bears the name of its item, then its own or its properties."""
    own = variant.name or ", ".join(one.value for one in variant.properties)
    told = own if own.startswith(item.name) else f"{item.name} ({own})" if own else item.name
    fields: Fields = {
        "iblockId": shelf.variations,
        "name": told[:NAME_LIMIT] or variant.variant_id,
        "xmlId": variant.variant_id,
        "parentId": parent_id,
        "active": _flag(not (variant.deletion_mark or item.deletion_mark)),
        "vatIncluded": "Y",
    }
    return fields | _known("vatId", shelf.vats, _rate(item)) | _known("measure", shelf.measures, item.measure_code)


def stock_fields(stocks: Mapping[str, str], shelf: Shelf) -> Fields:
    """How much there is: what the base says of the whole of it, else all warehouses together.

    With inventory accounting on, or when the portal does not say, the quantity is the portal's own.
    """
    if not stocks or shelf.inventory is not False:
        return {}
    total = Decimal(stocks[WHOLE_BASE]) if WHOLE_BASE in stocks else sum(map(Decimal, stocks.values()), Decimal())
    return {"quantity": plain(total)}


def article_fields(article: str, block: int, shown: Fields, shelf: Shelf) -> Fields:
    """The article, where the portal has a property for it. What people wrote beside goods without one stays."""
    if not shelf.articles or block not in shelf.articles:
        return {}
    name = product_property.field(shelf.articles[block])
    return {name: {"value": article}} if article or name in shown else {}


def lacking(wanted: Fields, shown: Fields) -> Fields:
    """Fields that are not shown as they should be."""
    return {name: value for name, value in wanted.items() if name not in shown or shown[name] != value}


def _rate(item: NomenclatureItem) -> Any:
    return None if item.vat_rate is None else item.vat_rate.normalize()


def _known(name: str, ids: Mapping[Any, int], key: Any) -> Fields:
    return {name: ids[key]} if key in ids else {}


def _flag(value: bool) -> str:
    return "Y" if value else "N"
