"""What one element of a catalogue file says: the record between XML and the rows of the nomenclature."""

from dataclasses import dataclass, field
from enum import StrEnum

from uzel.model import NomenclatureItem, Price, PriceType, Problem, Section, Stock, Unit, Variant, Warehouse

Record = Section | PriceType | Warehouse | Unit | NomenclatureItem | Variant


class EntryKind(StrEnum):
    """What a catalogue file consists of."""

    SECTION = "section"
    PRICE_TYPE = "price_type"
    WAREHOUSE = "warehouse"
    UNIT = "unit"
    ITEM = "item"
    OFFER = "offer"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Told:
    """A record and the names of those of its fields that the file mentions: absence is not deletion."""

    record: Record
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One group, kind of price, warehouse, unit, item or offer.

    ``told`` has one record, or two where goods are written variant by variant: the item and its variant.
    ``prices`` and ``stocks`` belong to ``xml_id``. ``place`` names the entry in the words of the base.
    ``of_full_list``: an item of a catalogue that says that it names all goods of the base.
    """

    kind: EntryKind
    xml_id: str
    place: str
    told: tuple[Told, ...] = ()
    prices: tuple[Price, ...] = ()
    stocks: tuple[Stock, ...] = ()
    problems: tuple[Problem, ...] = ()
    of_full_list: bool = False

    @property
    def fatal(self) -> Problem | None:
        """The first problem that makes the entry unusable, if any."""
        return next((problem for problem in self.problems if problem.fatal), None) if self.problems else None


@dataclass(slots=True)
class Known:
    """What was told earlier and an entry may only name: currencies of kinds of prices, units of measure.

    ``items`` are those that a variant of this file has told of: of several variants the first speaks for the item, or
    else their different names would change it with every reading. ``full_list``: the catalogue that is being read says so.
    """

    currencies: dict[str, str] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)
    full_list: bool = False
