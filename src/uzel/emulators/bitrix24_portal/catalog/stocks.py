"""Stocks: what documents of inventory accounting move (bitrix24-rest D)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.errors import other
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Core

#: docType → which stores its rows must name: those goods leave and those they come to
STORES: Mapping[str, tuple[bool, bool]] = {
    "A": (False, True),  # receipt
    "S": (False, True),  # put on stock
    "M": (True, True),  # moved
    "R": (False, True),  # returned
    "D": (True, False),  # written off
}
RECEIPT = "A"
Moves = dict[tuple[int, int], Decimal]


def conduct(core: Core, document: Entry) -> None:
    """Move the goods; nothing moves when one row cannot."""
    elements = core.store.catalog.document_elements.having("docId", document["id"])
    if not elements:
        raise other("Document conducting error: the document has no products")
    _apply(core, _moves(document, elements, Decimal(1)))
    if document["docType"] == RECEIPT:
        for element in elements:
            _purchased(core, document, element)


def cancel(core: Core, document: Entry) -> None:
    """Take the moves of a conducted document back."""
    elements = core.store.catalog.document_elements.having("docId", document["id"])
    _apply(core, _moves(document, elements, Decimal(-1)))


def _moves(document: Entry, elements: list[Entry], sign: Decimal) -> Moves:
    leaves, comes = STORES[document["docType"]]
    moves: Moves = {}
    for element in elements:
        amount = sign * (element["amount"] or Decimal(0))
        for wanted, name, change in ((leaves, "storeFrom", -amount), (comes, "storeTo", amount)):
            if wanted and not element[name]:
                raise other(f"Document conducting error: {name} is not specified")
            if wanted:
                key = (element["elementId"], element[name])
                moves[key] = moves.get(key, Decimal(0)) + change
    return moves


def _apply(core: Core, moves: Moves) -> None:
    stocks = core.store.catalog.stocks
    planned = []
    for (product_id, store_id), change in moves.items():
        before = next((one for one in stocks.having("productId", product_id) if one["storeId"] == store_id), None)
        amount = change + (before["amount"] if before else Decimal(0))
        if amount < 0:
            raise other(f"Document conducting error: not enough of product {product_id} in store {store_id}")
        planned.append((before, {"productId": product_id, "storeId": store_id, "amount": amount}))
    for before, values in planned:
        if before is None:
            stocks.add({**values, "quantityReserved": Decimal(0)})
        else:
            stocks.put({**before, **values})
    for product_id in {product_id for product_id, _ in moves}:
        total = sum((one["amount"] for one in stocks.having("productId", product_id)), Decimal(0))
        _change(core, product_id, {"quantity": total})


def _purchased(core: Core, document: Entry, element: Entry) -> None:
    if element["purchasingPrice"] is not None:
        values = {"purchasingPrice": element["purchasingPrice"], "purchasingCurrency": document["currency"]}
        _change(core, element["elementId"], values)


def _change(core: Core, product_id: int, values: Mapping[str, Any]) -> None:
    products = core.store.catalog.products
    product = products.get(product_id)
    if product is not None:
        products.put({**product, **values})
        core.events.fire("CATALOG.PRODUCT.ON.UPDATE", ID=product_id, TYPE=product["type"])
