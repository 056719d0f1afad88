"""What the catalogue of a new portal has: two information blocks, measures, rates of VAT, the base price, a store."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.fields import CATALOG, MEASURE, PRICE_TYPE, PROPERTY, STORE, VAT, defaults
from uzel.emulators.bitrix24_portal.catalog.store import OFFERS, PRODUCTS, SKU_PROPERTY, Catalog

DEFAULT_MEASURE = 796
#: code, name, symbol, international symbol and letters
MEASURES = (
    (6, "Метр", "м", "m", "MTR"),
    (112, "Литр", "л", "l", "LTR"),
    (163, "Грамм", "г", "g", "GRM"),
    (166, "Килограмм", "кг", "kg", "KGM"),
    (DEFAULT_MEASURE, "Штука", "шт", "pc. 1", "PCE. NMB"),
    (778, "Упаковка", "упак", "", "NMP"),
    (839, "Комплект", "компл", "", ""),
    (356, "Час", "ч", "h", "HUR"),
)
VATS = (("Без НДС", None), ("НДС 0%", 0), ("НДС 5%", 5), ("НДС 7%", 7), ("НДС 10%", 10), ("НДС 20%", 20), ("НДС 22%", 22))
MORE_PHOTO = "MORE_PHOTO"


def fill(catalog: Catalog, now: datetime) -> None:
    """Make the catalogue of a new portal; there is no product in it."""
    block = defaults(CATALOG) | {"iblockTypeId": "CRM_PRODUCT_CATALOG", "lid": "s1", "subscription": "N"}
    catalog.catalogs.put(block | {"id": PRODUCTS, "iblockId": PRODUCTS, "name": "Товарный каталог CRM"})
    offers = {"name": "Товарный каталог CRM (предложения)", "productIblockId": PRODUCTS, "skuPropertyId": SKU_PROPERTY}
    catalog.catalogs.put(block | {"id": OFFERS, "iblockId": OFFERS, **offers})
    for code, name, symbol, letters, code_letters in MEASURES:
        catalog.measures.add(
            defaults(MEASURE)
            | {"code": code, "measureTitle": name, "symbol": symbol, "symbolIntl": letters, "symbolLetterIntl": code_letters}
            | {"isDefault": "Y" if code == DEFAULT_MEASURE else "N"}
        )
    for name, rate in VATS:
        shown = None if rate is None else Decimal(rate)
        catalog.vats.add(defaults(VAT) | {"name": name, "rate": shown, "timestampX": now})
    base = {"name": "BASE", "base": "Y", "xmlId": "BASE", "createdBy": 1, "modifiedBy": 1}
    catalog.price_types.add(defaults(PRICE_TYPE) | base | {"timestampX": now, "dateCreate": now})
    store = {"title": "Основной склад", "address": "Москва", "userId": 1, "modifiedBy": 1}
    catalog.stores.add(defaults(STORE) | store | {"dateCreate": now, "dateModify": now})
    _properties(catalog, now)


def _properties(catalog: Catalog, now: datetime) -> None:
    """The link of a variation to its parent, and pictures of both."""
    link: dict[str, Any] = {"code": "CML2_LINK", "propertyType": "E", "userType": "SKU", "linkIblockId": PRODUCTS}
    photo: dict[str, Any] = {"code": MORE_PHOTO, "propertyType": "F", "multiple": "Y", "name": "Картинки"}
    made = ((SKU_PROPERTY, OFFERS, {"name": "Элемент каталога", **link}), (98, PRODUCTS, photo), (99, OFFERS, photo))
    for number, iblock_id, values in made:
        catalog.properties.put(defaults(PROPERTY) | values | {"id": number, "iblockId": iblock_id, "timestampX": now})
