"""Prices of a product row (bitrix24-rest C4): ``price`` is what a unit costs with discount and tax, the rest follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.seed import DEFAULT_MEASURE
from uzel.emulators.bitrix24_portal.catalog.store import PARENT, SIMPLE
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.records import ProductRow
from uzel.emulators.bitrix24_portal.store import Store
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_decimal, to_int

ABSOLUTE, PERCENT = 1, 2
DERIVED_DIGITS = 8
FIELDS = {
    "id": "integer", "ownerId": "integer", "ownerType": "string", "productId": "integer", "productName": "string",
    "price": "double", "priceAccount": "double", "priceExclusive": "double", "priceNetto": "double",
    "priceBrutto": "double", "quantity": "double", "discountTypeId": "integer", "discountRate": "double",
    "discountSum": "double", "taxRate": "double", "taxIncluded": "char", "taxName": "string", "customized": "char",
    "measureCode": "integer", "measureName": "string", "sort": "integer", "xmlId": "string", "type": "integer",
    "storeId": "integer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Product:
    """What a row takes from the catalogue; nothing of it when it is tied to no product."""

    id: int = 0
    name: str = ""
    measure_code: int | None = None
    type: int = SIMPLE
    xml_id: str = ""


@dataclass(frozen=True, slots=True)
class _Discount:
    type_id: int
    rate: Decimal
    total: Decimal


def build(raw: Mapping[str, Any], row_id: int, owner_id: int, store: Store, options: Options) -> ProductRow:
    """A row of a deal from its writable fields; ValueError has no place here, every refusal is an :class:`ApiError`."""
    product = _product(raw, owner_id, store, options)
    price = _number(raw, "price", Decimal(0))
    rate = _tax_rate(raw)
    included = "Y" if is_yes(raw.get("taxIncluded")) else "N"
    factor = 1 + (rate or Decimal(0)) / 100
    divides = included == "Y" or options.exclusive_price_when_tax_not_included == "divide"
    exclusive = price / factor if divides else price
    discount = _discount(raw, exclusive)
    netto = exclusive + discount.total
    code = to_int(raw.get("measureCode")) or product.measure_code or DEFAULT_MEASURE
    row = ProductRow(
        row_id, owner_id, product.id, text(raw.get("productName")) or product.name, price, exclusive, netto, netto * factor,
        _number(raw, "quantity", Decimal(1)),
        discount.type_id, discount.rate, discount.total, rate, included,
        text(raw.get("taxName")) or ("Без НДС" if rate is None else f"НДС {rate.normalize():f}%"),
        code, store.catalog.measure_symbol(code), to_int(raw.get("sort")) or 0, product.type, product.xml_id,
    )  # fmt: skip
    return _rounded(row, options.row_price_digits)


def _product(raw: Mapping[str, Any], owner_id: int, store: Store, options: Options) -> _Product:
    """What the row is tied to; a row of a product that was deleted meanwhile keeps what it knows of it."""
    product_id = to_int(raw.get("productId") or 0) or 0
    if not product_id:
        if not text(raw.get("productName")):
            raise ApiError("INVALID_ARG_VALUE", "Neither productId nor productName is given")
        return _Product()
    product = store.catalog.products.get(product_id)
    if product is None:
        old = next((row for row in store.rows.get(owner_id, ()) if row.product_id == product_id), None)
        if old is None:
            raise ApiError("INVALID_ARG_VALUE", f"Product with id {product_id} was not found in the catalog")
        return _Product(product_id, old.product_name, old.measure_code, old.type, old.xml_id)
    if product["type"] == PARENT and options.parent_product_in_row == "refused":
        raise ApiError("INVALID_ARG_VALUE", f"Product with id {product_id} has variations: name one of them")
    xml_id = product["xmlId"] if options.row_xml_id == "product" else ""
    return _Product(product_id, product["name"], store.catalog.measure_code(product), product["type"], xml_id)


def _number(raw: Mapping[str, Any], name: str, default: Decimal) -> Decimal:
    if raw.get(name) in (None, ""):
        return default
    number = to_decimal(raw[name])
    if number is None:
        raise ApiError("INVALID_ARG_VALUE", f"Invalid value of {name}")
    return number


def _tax_rate(raw: Mapping[str, Any]) -> Decimal | None:
    return None if raw.get("taxRate") in (None, "") else _number(raw, "taxRate", Decimal(0))


def _discount(raw: Mapping[str, Any], exclusive: Decimal) -> _Discount:
    """The discount of a unit, both as a sum without tax and as a rate: the one the type does not name follows."""
    type_id = to_int(raw.get("discountTypeId")) or PERCENT
    if type_id not in (ABSOLUTE, PERCENT):
        raise ApiError("INVALID_ARG_VALUE", "Invalid value of discountTypeId")
    rate, total = _number(raw, "discountRate", Decimal(0)), _number(raw, "discountSum", Decimal(0))
    if type_id == PERCENT and rate:
        total = exclusive * rate / (100 - rate) if rate != 100 else total
    else:
        rate = total / (exclusive + total) * 100 if total and exclusive + total else Decimal(0)
    return _Discount(type_id, rate, total)


def _rounded(row: ProductRow, digits: int) -> ProductRow:
    return replace(
        row,
        price=round(row.price, digits),
        price_exclusive=round(row.price_exclusive, digits),
        price_netto=round(row.price_netto, digits),
        price_brutto=round(row.price_brutto, digits),
        discount_sum=round(row.discount_sum, digits),
        discount_rate=round(row.discount_rate, DERIVED_DIGITS if digits > 2 else 2),
        quantity=round(row.quantity, 4),
    )


def show(row: ProductRow, owner_type: str = "D") -> dict[str, Any]:
    """A row as crm.item.productrow.* answers it."""
    return {
        "id": row.id, "ownerId": row.owner_id, "ownerType": owner_type, "productId": row.product_id,
        "productName": row.product_name, "price": row.price, "priceAccount": row.price,
        "priceExclusive": row.price_exclusive, "priceNetto": row.price_netto, "priceBrutto": row.price_brutto,
        "quantity": row.quantity, "discountTypeId": row.discount_type_id, "discountRate": row.discount_rate,
        "discountSum": row.discount_sum, "taxRate": row.tax_rate, "taxIncluded": row.tax_included,
        "taxName": row.tax_name, "customized": "Y", "measureCode": row.measure_code, "measureName": row.measure_name,
        "sort": row.sort, "xmlId": row.xml_id, "type": row.type, "storeId": None,
    }  # fmt: skip


def show_old(row: ProductRow) -> dict[str, Any]:
    """A row as crm.deal.productrows.get answers it: some of its values are texts."""
    shown = {_upper(name): value for name, value in show(row).items()}
    shown |= {
        "ID": str(row.id), "OWNER_ID": str(row.owner_id), "PRICE_ACCOUNT": f"{row.price:.2f}",
        "ORIGINAL_PRODUCT_NAME": row.product_name, "PRODUCT_DESCRIPTION": None,
    }  # fmt: skip
    return shown


def from_old(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of crm.deal.productrows.set under their new names."""
    names = {_upper(name): name for name in FIELDS}
    return {names[key.upper()]: value for key, value in raw.items() if key.upper() in names}


def _upper(name: str) -> str:
    return "".join(f"_{sign}" if sign.isupper() else sign for sign in name).upper()


def is_same(one: ProductRow, other: ProductRow) -> bool:
    """Whether two rows say the same, ids aside."""
    return replace(one, id=0) == replace(other, id=0)


def totals(rows: Iterable[ProductRow]) -> tuple[Decimal, Decimal]:
    """Sum of a deal and the tax in it, from its rows."""
    total, tax = Decimal(0), Decimal(0)
    for row in rows:
        total += round(row.price * row.quantity, 2)
        tax += round((row.price - row.price_exclusive) * row.quantity, 2)
    return total, tax
