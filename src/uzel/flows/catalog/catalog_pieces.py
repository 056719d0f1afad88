"""What the portal should show of rows of the nomenclature, and the commands that it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities import catalog
from uzel.bitrix24.entities.catalog import PARENT, PRODUCT, SECTION, SERVICE, VARIATION, Family, Shelf
from uzel.hub.models import NomenclatureRow, Portal, SectionRow
from uzel.mapping.product_fields import (
    Fields,
    article_fields,
    item_fields,
    lacking,
    section_fields,
    stock_fields,
    variant_fields,
)
from uzel.model import NomenclatureItem, Section, Variant
from uzel.model.codec import from_json

Row = SectionRow | NomenclatureRow


@dataclass(slots=True)
class Piece:
    """A row on its way. ``prices``: kind of price in the portal → amount and currency; ``None``: it has none by nature."""

    row: Row
    family: Family
    block: int
    fields: Fields
    prices: Mapping[str, list[str]] | None
    wanted: int

    @property
    def key(self) -> str:
        """What the piece's commands are named by."""
        return f"{'s' if isinstance(self.row, SectionRow) else 'p'}{self.row.pk}"

    @property
    def shown(self) -> dict[str, Any]:
        """What the portal was last made to show."""
        return self.row.shown or {}

    def commands(self) -> list[Command]:
        """What it takes; nothing when the portal shows it all."""
        if self.row.entity_id is None:
            made = [catalog.add(f"{self.key}_write", self.family, self.fields)]
            product: int | str = catalog.made_by(f"{self.key}_write", self.family)
        else:
            fields = lacking(self.fields, self.shown.get("fields", {}))
            fields.pop("iblockId", None)
            made = [catalog.update(f"{self.key}_write", self.family, self.row.entity_id, fields)] if fields else []
            product = self.row.entity_id
        if self.prices is not None and self.prices != self.shown.get("prices", {}):
            made.append(catalog.set_prices(f"{self.key}_prices", product, self.prices))
        return made


def parent_of(row: SectionRow) -> str:
    """Ид of the section above; empty at the top."""
    return str((row.content or {}).get("parent_id") or "")


def section_piece(row: SectionRow, known: Mapping[str, int | None], shelf: Shelf) -> Piece:
    """A section; ``known``: ids in the portal of those above."""
    fields = section_fields(from_json(Section, row.content), known.get(parent_of(row)) or 0, shelf)
    return Piece(row, SECTION, shelf.products, fields, None, row.wanted)


def item_pieces(portal: Portal, rows: Sequence[NomenclatureRow], shelf: Shelf, groups: Mapping[str, int]) -> list[Piece]:
    """Items; what has variations is their parent, and has no quantity of its own."""
    told = [(row, from_json(NomenclatureItem, row.content)) for row in rows]
    sections = dict(
        SectionRow.objects.filter(portal=portal, xml_id__in={item.section_id for _, item in told} - {""})
        .exclude(entity_id=None)
        .values_list("xml_id", "entity_id")
    )
    parents = _parents(portal, rows)
    return [
        Piece(
            row,
            SERVICE if item.is_service else PARENT if row.xml_id in parents else PRODUCT,
            shelf.products,
            item_fields(item, sections.get(item.section_id) or 0, shelf)
            | article_fields(item.article, shelf.products, _shown(row), shelf)
            | ({} if item.is_service or row.xml_id in parents else stock_fields(row.stocks, shelf)),
            _prices(row, groups),
            row.wanted,
        )
        for row, item in told
    ]


def _parents(portal: Portal, rows: Sequence[NomenclatureRow]) -> set[str]:
    """Items with variants. A plain product that is in the portal already is their parent once the portal has one of them."""
    variants = NomenclatureRow.objects.filter(portal=portal, parent__in=[row.xml_id for row in rows])
    there = set(variants.filter(entity_id__isnull=False).values_list("parent", flat=True))
    due = set(variants.filter(active=True, wanted__gt=0).values_list("parent", flat=True))
    for row in rows:
        made_as_parent = (row.shown or {}).get("family") == PARENT.method
        if made_as_parent or (row.entity_id is None and row.xml_id in due):
            there.add(row.xml_id)
    return there


def variant_pieces(portal: Portal, rows: Sequence[NomenclatureRow], shelf: Shelf, groups: Mapping[str, int]) -> list[Piece]:
    """Variants whose items the portal has."""
    found = NomenclatureRow.objects.filter(portal=portal, xml_id__in={row.parent for row in rows}, content__isnull=False)
    items = {row.xml_id: row for row in found if row.entity_id}
    return [_variant_piece(row, items[row.parent], shelf, groups) for row in rows if row.parent in items]


def _variant_piece(row: NomenclatureRow, above: NomenclatureRow, shelf: Shelf, groups: Mapping[str, int]) -> Piece:
    """A variant without an article of its own is found by that of its item."""
    variant, item = from_json(Variant, row.content), from_json(NomenclatureItem, above.content)
    fields = (
        variant_fields(variant, item, above.entity_id or 0, shelf)
        | article_fields(variant.article or item.article, shelf.variations, _shown(row), shelf)
        | stock_fields(row.stocks, shelf)
    )
    return Piece(row, VARIATION, shelf.variations, fields, _prices(row, groups), row.wanted)


def _shown(row: NomenclatureRow) -> Fields:
    fields: Fields = (row.shown or {}).get("fields", {})
    return fields


def _prices(row: NomenclatureRow, groups: Mapping[str, int]) -> dict[str, list[str]]:
    """A price of no kind that we know is left out."""
    return {
        str(groups[kind]): [str(amount), str(currency)] for kind, (amount, currency) in row.prices.items() if kind in groups
    }
