"""All tables of the catalogue, and what the rest of the portal asks of it."""

from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.table import Entry, Table

#: the two information blocks of a cloud portal: products and their variations (bitrix24-rest D)
PRODUCTS, OFFERS = 23, 24
SKU_PROPERTY = 97
#: where an element holds the name of the methods that work with it
FAMILY = "family:held"
SIMPLE, PARENT, VARIATION, LONELY_VARIATION, EMPTY_PARENT, SERVICE = 1, 3, 4, 5, 6, 7


class Catalog:
    """The tables. Whoever reads or writes holds the lock of the portal's store."""

    def __init__(self) -> None:
        self.catalogs = Table()
        self.products = Table(("xmlId", "code", "parentId:held", "iblockSectionId"), ("iblockId", FAMILY))
        self.sections = Table(("xmlId", "code", "iblockSectionId"), ("iblockId",))
        self.prices = Table(("productId",))
        self.price_types = Table(("xmlId",))
        self.measures = Table(("code",))
        self.vats = Table()
        self.stores = Table(("xmlId", "code"))
        self.stocks = Table(("productId",))
        self.properties = Table(("xmlId", "code"), ("iblockId",))
        self.property_enums = Table(("propertyId", "xmlId"))
        self.images = Table(("productId",))
        self.documents = Table()
        self.document_elements = Table(("docId",))
        self._value_ids = 0

    def saved(self) -> dict[str, Any]:
        """Everything, to be kept in a file."""
        return {"tables": {name: table.saved() for name, table in self._tables()}, "value_ids": self._value_ids}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        for name, table in self._tables():
            table.load(kept["tables"][name])
        self._value_ids = kept["value_ids"]

    def _tables(self) -> list[tuple[str, Table]]:
        return [(name, table) for name, table in vars(self).items() if isinstance(table, Table)]

    def next_value_id(self) -> str:
        """A fresh id of a value of a property."""
        self._value_ids += 1
        return str(self._value_ids)

    def measure_symbol(self, code: int) -> str:
        """How a measure is written; nothing for an unknown one."""
        found = self.measures.having("code", code)
        return str(found[0]["symbol"] or "") if found else ""

    def measure_code(self, product: Entry) -> int | None:
        """Code of a product's measure."""
        measure = self.measures.get(product["measure"])
        return int(measure["code"]) if measure else None

    def base_price_type(self) -> int:
        """Id of the price type that is shown as the price."""
        return next((int(one["id"]) for one in self.price_types if one["base"] == "Y"), 0)

    def price_of(self, product_id: int, price_type_id: int) -> Entry | None:
        """A product's price of a type."""
        found = self.prices.having("productId", product_id)
        return next((one for one in found if one["catalogGroupId"] == price_type_id), None)

    def variations(self, product_id: int) -> list[Entry]:
        """Variations of a parent."""
        return self.products.having("parentId:held", product_id)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a property's shown value is compared by: its bare values."""
    shown = {name: value for name, value in values.items() if isinstance(value, (dict, list))}
    return {f"{name}:held": tuple(_bare(one) for one in _listed(value)) for name, value in shown.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bare(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value
