"""Nomenclature: what a base sells, before it becomes products of the portal."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the nomenclature (Группа)."""

    section_id: str
    name: str
    parent_id: str = ""
    deletion_mark: bool = False


@dataclass(frozen=True, slots=True)
class PriceType:
    """A kind of price (ТипЦены): retail, wholesale…"""

    price_type_id: str
    name: str
    currency: str = "RUB"
    vat_included: bool = True
    deletion_mark: bool = False


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A place where stock lies (Склад)."""

    warehouse_id: str
    name: str
    deletion_mark: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure of a base's own list (ЕдиницаИзмерения): goods may name it by ``unit_id`` alone."""

    unit_id: str
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class NomenclatureItem:
    """Goods or a service (Товар).

    ``vat_rate`` is a percent, ``None`` means «без НДС». ``pictures`` are the names the file gives them (``import_files/…``);
    ``weight`` is kilograms.
    """

    item_id: str
    name: str
    full_name: str = ""
    article: str = ""
    barcode: str = ""
    section_id: str = ""
    measure_code: str = "796"
    measure_name: str = "шт"
    vat_rate: Decimal | None = None
    description: str = ""
    weight: Decimal | None = None
    is_service: bool = False
    deletion_mark: bool = False
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """One named value of a variant (ХарактеристикаТовара): size, colour."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of an item (Характеристика). ``variant_id`` is the whole Ид, ``item#variant``."""

    variant_id: str
    item_id: str
    name: str = ""
    article: str = ""
    barcode: str = ""
    properties: tuple[Property, ...] = ()
    deletion_mark: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit, of one type."""

    price_type_id: str
    amount: Decimal
    currency: str = "RUB"


@dataclass(frozen=True, slots=True)
class Stock:
    """How much lies in a warehouse; an empty ``warehouse_id`` is the whole base."""

    warehouse_id: str
    quantity: Decimal
