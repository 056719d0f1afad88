"""Product rows of a deal (bitrix24-rest C4). They are set as a whole: what is not named is removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_money, as_number, as_text, is_yes

OWNER = "D"  # rows of deals
ABSOLUTE = 1  # discountTypeId of a discount in money
NAME_LIMIT = 255  # characters
MEASURE_DIGITS = 3  # of a code of measure: the portal keeps it as a number, 1C as 006


@dataclass(frozen=True, slots=True)
class DealRow:
    """A product row. ``price`` is the unit price with discount and tax, ``discount`` the money taken off a unit.

    ``product_id`` 0 is a free row; ``row_id`` 0 is one that the portal has not got yet.
    """

    name: str
    price: Decimal
    quantity: Decimal
    discount: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    vat_included: bool = True
    measure_code: str = "796"
    product_id: int = 0
    row_id: int = field(default=0, compare=False)


def set_rows(key: str, deal_id: int | str, rows: Iterable[DealRow]) -> Command:
    """Replace the rows of a deal; ``deal_id`` may be a reference to an earlier command."""
    listed = [_show(row, place) for place, row in enumerate(rows, 1)]
    return Command("crm.item.productrow.set", {"ownerType": OWNER, "ownerId": deal_id, "productRows": listed}, key)


def set_product(key: str, row_id: int, product_id: int, name: str) -> Command:
    """Tie one row to a product. Its price and measure stay; its name stays because it is said again."""
    return Command("crm.item.productrow.update", {"id": row_id, "fields": {"productId": product_id, "productName": name}}, key)


def of_deals(key: str, deal_ids: Iterable[int], start: int = 0) -> Command:
    """A page of the rows of some deals, in the order of their ids."""
    criteria = {"=ownerType": OWNER, "=ownerId": list(deal_ids)}
    return Command("crm.item.productrow.list", {"filter": criteria, "order": {"id": "ASC"}, "start": start}, key)


def read_rows(result: Any) -> tuple[DealRow, ...]:
    """The rows of one deal in an answer to set or list, in their order."""
    return tuple(_read(row) for row in sorted(result["productRows"], key=_place))


def read_row(result: Any) -> DealRow:
    """The row in an answer to ``set_product``."""
    return _read(result["productRow"])


def read_rows_by_deal(rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[DealRow, ...]]:
    """Rows of several deals, by deal."""
    found: dict[int, list[DealRow]] = {}
    for row in sorted(rows, key=_place):
        found.setdefault(as_int(row["ownerId"]), []).append(_read(row))
    return {deal_id: tuple(listed) for deal_id, listed in found.items()}


def _place(row: Mapping[str, Any]) -> tuple[int, int]:
    return as_int(row.get("sort")), as_int(row.get("id"))


def _show(row: DealRow, place: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "productName": row.name[:NAME_LIMIT],
        "price": str(row.price),
        "quantity": format(row.quantity.normalize(), "f"),
        "taxIncluded": "Y" if row.vat_included else "N",
        "measureCode": row.measure_code,
        "sort": place * 10,
    }
    if row.product_id:
        shown["productId"] = row.product_id
    if row.discount:
        shown |= {"discountTypeId": ABSOLUTE, "discountSum": str(row.discount)}
    if row.vat_rate is not None:
        shown["taxRate"] = str(row.vat_rate)
    return shown


def _read(row: Mapping[str, Any]) -> DealRow:
    return DealRow(
        name=as_text(row.get("productName")),
        price=as_money(row.get("price")),
        quantity=as_number(row.get("quantity")),
        discount=as_money(row.get("discountSum")),
        vat_rate=None if row.get("taxRate") in (None, "") else as_number(row["taxRate"]),
        vat_included=is_yes(row.get("taxIncluded")),
        measure_code=as_text(row.get("measureCode")).zfill(MEASURE_DIGITS) if row.get("measureCode") else "796",
        product_id=as_int(row.get("productId")),
        row_id=as_int(row.get("id")),
    )
