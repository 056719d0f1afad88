"""Fields of everything the catalogue has, as tables: kind, who writes it, what stands there unless it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """``access``: w writable, c only when it is made, r read-only. ``held``: where an entry holds what filters compare."""

    kind: str = "string"
    access: str = "w"
    default: Any = None
    held: str = ""


_ID = Field("integer", "r")
_FLAG_NO, _FLAG_YES = Field("char", default="N"), Field("char", default="Y")
_NUMBER, _WHOLE, _TEXT, _MOMENT = Field("double"), Field("integer"), Field(), Field("datetime")
_READ_NUMBER, _READ_WHOLE, _READ_MOMENT = Field("double", "r"), Field("integer", "r"), Field("datetime", "r")
_SORT = Field("integer", default=500)

#: what every element of the catalogue has, a service too
_ELEMENT: Mapping[str, Field] = {
    "id": _ID, "iblockId": Field("integer", "c"), "name": _TEXT, "active": _FLAG_YES, "available": Field("char", "r", "Y"),
    "bundle": Field("char", "r", "N"), "code": _TEXT, "xmlId": _TEXT, "createdBy": Field("user"), "modifiedBy": Field("user"),
    "dateActiveFrom": _MOMENT, "dateActiveTo": _MOMENT, "dateCreate": _MOMENT, "timestampX": _READ_MOMENT,
    "iblockSectionId": _WHOLE, "detailPicture": Field("file"), "detailText": _TEXT,
    "detailTextType": Field(default="text"), "previewPicture": Field("file"), "previewText": _TEXT,
    "previewTextType": Field(default="text"), "sort": _SORT, "type": _READ_WHOLE, "vatId": _WHOLE, "vatIncluded": _FLAG_NO,
    "measure": _WHOLE,
}  # fmt: skip
#: what goods have besides
_GOODS: Mapping[str, Field] = {
    "barcodeMulti": _FLAG_NO, "canBuyZero": _FLAG_NO, "height": _NUMBER, "length": _NUMBER, "weight": _NUMBER,
    "width": _NUMBER, "purchasingCurrency": _TEXT, "purchasingPrice": _NUMBER, "quantity": Field("double", default=Decimal(0)),
    "quantityReserved": Field("double", default=Decimal(0)), "quantityTrace": Field("char", default="D"),
    "recurSchemeLength": _WHOLE, "recurSchemeType": Field("char", default="D"), "subscribe": Field("char", default="D"),
    "trialPriceId": _WHOLE, "withoutOrder": _FLAG_NO,
}  # fmt: skip
PRODUCT: Mapping[str, Field] = {**_ELEMENT, **_GOODS}
SERVICE: Mapping[str, Field] = _ELEMENT
OFFER: Mapping[str, Field] = {**PRODUCT, "parentId": Field("integer", held="parentId:held")}
#: what only variations have in the cloud: at their parent it is read-only
_OF_VARIATIONS = frozenset(
    {"canBuyZero", "measure", "subscribe", "vatId", "vatIncluded", "height", "length", "weight", "width", "quantity",
     "purchasingPrice", "purchasingCurrency"}
)  # fmt: skip
_NOT_OF_PARENTS = frozenset(
    {
        "barcodeMulti",
        "quantityReserved",
        "quantityTrace",
        "recurSchemeLength",
        "recurSchemeType",
        "trialPriceId",
        "withoutOrder",
    }
)
SKU: Mapping[str, Field] = {
    name: replace(one, access="r", default=None) if name in _OF_VARIATIONS else one
    for name, one in PRODUCT.items()
    if name not in _NOT_OF_PARENTS
}
#: what add, update and get do not show, though list does
ONLY_IN_LIST = frozenset({"barcodeMulti", "recurSchemeLength", "recurSchemeType", "trialPriceId", "withoutOrder"})
#: what inventory accounting keeps for itself
OF_INVENTORY = frozenset({"quantity", "quantityReserved", "purchasingPrice", "purchasingCurrency"})

CATALOG: Mapping[str, Field] = {
    "id": _ID, "iblockId": _READ_WHOLE, "iblockTypeId": Field(access="r"), "lid": Field(access="r"), "name": Field(access="r"),
    "productIblockId": _READ_WHOLE, "skuPropertyId": _READ_WHOLE, "subscription": Field("char", "r", "N"), "vatId": _READ_WHOLE,
}  # fmt: skip
SECTION: Mapping[str, Field] = {
    "id": _ID, "iblockId": Field("integer", "c"), "iblockSectionId": _WHOLE, "name": _TEXT, "xmlId": _TEXT, "code": _TEXT,
    "sort": _SORT, "active": _FLAG_YES, "description": _TEXT, "descriptionType": Field(default="text"),
}  # fmt: skip
PRICE: Mapping[str, Field] = {
    "id": _ID, "productId": Field("integer", "c"), "catalogGroupId": _WHOLE, "price": _NUMBER, "priceScale": _READ_NUMBER,
    "currency": _TEXT, "quantityFrom": _WHOLE, "quantityTo": _WHOLE, "extraId": _WHOLE, "timestampX": _READ_MOMENT,
}  # fmt: skip
PRICE_TYPE: Mapping[str, Field] = {
    "id": _ID, "name": _TEXT, "base": _FLAG_NO, "sort": Field("integer", default=100), "xmlId": _TEXT,
    "timestampX": _READ_MOMENT, "createdBy": Field("user"), "modifiedBy": Field("user"), "dateCreate": _READ_MOMENT,
}  # fmt: skip
MEASURE: Mapping[str, Field] = {
    "id": _ID, "code": _WHOLE, "isDefault": _FLAG_NO, "measureTitle": _TEXT, "symbol": _TEXT, "symbolIntl": _TEXT,
    "symbolLetterIntl": _TEXT,
}  # fmt: skip
VAT: Mapping[str, Field] = {
    "id": _ID, "name": _TEXT, "active": _FLAG_YES, "rate": _NUMBER, "sort": Field("integer", default=100),
    "timestampX": _READ_MOMENT,
}  # fmt: skip
STORE: Mapping[str, Field] = {
    "id": _ID, "address": _TEXT, "title": _TEXT, "active": _FLAG_YES, "description": _TEXT, "gpsN": _NUMBER, "gpsS": _NUMBER,
    "dateModify": _READ_MOMENT, "dateCreate": _READ_MOMENT, "userId": Field("user"), "modifiedBy": Field("user"),
    "phone": _TEXT, "schedule": _TEXT, "xmlId": _TEXT, "sort": Field("integer", default=100), "email": _TEXT,
    "issuingCenter": _FLAG_NO, "code": _TEXT,
}  # fmt: skip
STOCK: Mapping[str, Field] = {
    "id": _ID, "productId": _READ_WHOLE, "storeId": _READ_WHOLE, "amount": _READ_NUMBER, "quantityReserved": _READ_NUMBER,
}  # fmt: skip
PROPERTY: Mapping[str, Field] = {
    "id": _ID, "iblockId": Field("integer", "c"), "name": _TEXT, "propertyType": Field("char"), "active": _FLAG_YES,
    "sort": _SORT, "code": _TEXT, "defaultValue": _TEXT, "userType": _TEXT, "rowCount": Field("integer", default=1),
    "colCount": Field("integer", default=30), "listType": Field("char", default="L"), "multiple": _FLAG_NO, "xmlId": _TEXT,
    "fileType": _TEXT, "multipleCnt": _WHOLE, "linkIblockId": _WHOLE, "withDescription": Field("char"),
    "searchable": _FLAG_NO, "filtrable": _FLAG_NO, "isRequired": _FLAG_NO, "hint": _TEXT, "timestampX": _READ_MOMENT,
}  # fmt: skip
PROPERTY_ENUM: Mapping[str, Field] = {
    "id": _ID, "propertyId": Field("integer", "c"), "value": _TEXT, "def": _FLAG_NO, "sort": _SORT, "xmlId": _TEXT,
}  # fmt: skip
IMAGE: Mapping[str, Field] = {
    "id": _ID, "name": _TEXT, "productId": Field("integer", "c"), "type": Field(access="c"), "createTime": _READ_MOMENT,
    "downloadUrl": Field(access="r"), "detailUrl": Field(access="r"),
}  # fmt: skip
DOCUMENT: Mapping[str, Field] = {
    "id": _ID, "docType": Field("char", "c"), "siteId": Field(access="r", default="s1"), "responsibleId": Field("user"),
    "dateModify": _READ_MOMENT, "dateCreate": _READ_MOMENT, "createdBy": Field("user"), "modifiedBy": Field("user"),
    "currency": _TEXT, "status": Field("char", "r", "N"), "dateStatus": _READ_MOMENT, "dateDocument": _MOMENT,
    "statusBy": Field("user", "r"), "total": _NUMBER, "commentary": _TEXT, "title": _TEXT, "docNumber": _TEXT,
}  # fmt: skip
DOCUMENT_ELEMENT: Mapping[str, Field] = {
    "id": _ID, "docId": Field("integer", "c"), "elementId": Field("integer", "c"), "storeFrom": _WHOLE, "storeTo": _WHOLE,
    "amount": _NUMBER, "purchasingPrice": _NUMBER,
}  # fmt: skip


def defaults(fields: Mapping[str, Field]) -> dict[str, Any]:
    """What an entry holds where nothing was given."""
    return {name: one.default for name, one in fields.items() if name != "id"}
