"""``Товар``: an item, or (2.04) an item together with one of its variants, when the Ид has a ``#``."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import cast

from uzel.commerceml import tags
from uzel.commerceml.catalog.common import is_deleted, is_true, item_of, picture_name, read_id, read_name
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known, Told
from uzel.commerceml.limits import PICTURES_PER_ITEM, PROPERTIES_PER_VARIANT
from uzel.commerceml.lines import is_service
from uzel.commerceml.notes import Notes
from uzel.commerceml.requisites import read_requisites
from uzel.commerceml.taxes import read_vat
from uzel.commerceml.units import read_unit
from uzel.commerceml.values import one_line, parse_number
from uzel.commerceml.xml_read import Element, Parts, text_of
from uzel.model import NomenclatureItem, Property, Variant

Requisites = Mapping[str, tuple[str, ...]]
#: Fields of a variant that an item has too: where goods are written variant by variant, they are the variant's.
OF_THE_VARIANT = frozenset({"barcode", "deletion_mark"})


def read_item(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """The entry of one ``<Товар>``."""
    block = parts.get(tags.REQUISITES)
    requisites = {} if block is None else read_requisites(block)
    deleted = is_deleted(element, parts) or is_true(_first(requisites, tags.DELETION_MARK))
    xml_id, name = read_id(parts, notes), read_name(parts, notes, needed=not deleted)
    item_id = item_of(xml_id)
    told: tuple[Told, ...] = ()
    if name and item_id not in known.items:
        told = (_item(item_id or xml_id, name, parts, requisites, deleted, notes, known),)
    elif deleted and not item_id:
        told = (Told(NomenclatureItem(xml_id, "", deletion_mark=True), frozenset({"deletion_mark"})),)
    if item_id:
        known.items.add(item_id)
        told = (*(_without_the_variants(one, deleted) for one in told), read_variant(xml_id, name, parts, notes, deleted))
    return Entry(EntryKind.ITEM, xml_id, notes.place, told, problems=tuple(notes.problems), of_full_list=known.full_list)


def _without_the_variants(item: Told, deleted: bool) -> Told:
    """A deleted variant says nothing of its item; a living one says that the item lives."""
    record = replace(cast(NomenclatureItem, item.record), barcode="", deletion_mark=False)
    return Told(record, item.fields - (OF_THE_VARIANT if deleted else {"barcode"}))


def _item(item_id: str, name: str, parts: Parts, requisites: Requisites, deleted: bool, notes: Notes, known: Known) -> Told:
    """The item with what the file mentions of it."""
    values: dict[str, object] = {"item_id": item_id, "name": name, "deletion_mark": deleted}
    values |= _texts(parts, requisites)
    values |= _measure(parts, notes, known)
    values |= _vat(parts, notes)
    block = parts.get(tags.REQUISITES)
    if any(name in requisites for name in tags.NATURE_REQUISITES):
        values["is_service"] = is_service(block)
    sections = parts.get(tags.SECTIONS)
    if sections is not None:
        values["section_id"] = next(((child.text or "").strip() for child in sections if child.tag == tags.ID), "")
    weight = _weight(parts, requisites, notes)
    if weight is not None:
        values["weight"] = weight
    pictures = read_pictures(parts, notes)
    if pictures:
        values["pictures"] = pictures
    return Told(NomenclatureItem(**values), frozenset(values))  # type: ignore[arg-type]


def _texts(parts: Parts, requisites: Requisites) -> dict[str, object]:
    values: dict[str, object] = {}
    if tags.ARTICLE in parts:
        values["article"] = one_line(text_of(parts, tags.ARTICLE))
    if tags.BARCODE in parts or tags.BARCODE_OF_OTHERS in parts:
        values["barcode"] = read_barcode(parts)
    if tags.DESCRIPTION in parts:
        values["description"] = text_of(parts, tags.DESCRIPTION)
    full_name = _first(requisites, tags.FULL_NAME_REQUISITE) or text_of(parts, tags.FULL_NAME)
    if full_name:
        values["full_name"] = one_line(full_name)
    return values


def read_barcode(parts: Parts) -> str:
    """The barcode, whichever way the producer spells its name."""
    return text_of(parts, tags.BARCODE) or text_of(parts, tags.BARCODE_OF_OTHERS)


def _measure(parts: Parts, notes: Notes, known: Known) -> dict[str, object]:
    """The base unit: a unit of the base's own list, or written out (onec-exchange 7); an unknown one is not taken."""
    text = text_of(parts, tags.BASE_UNIT)
    unit = known.units.get(text) if text else None
    if unit:
        return {"measure_code": unit.code, "measure_name": unit.name}
    if tags.BASE_UNIT not in parts:
        return {}
    before = len(notes.problems)
    code, name = read_unit(parts, notes)
    return {} if len(notes.problems) > before else {"measure_code": code, "measure_name": name}


def _vat(parts: Parts, notes: Notes) -> dict[str, object]:
    """The rate; one that is not understood is not taken."""
    if tags.TAX_RATES not in parts and tags.TAXES not in parts:
        return {}
    before = len(notes.problems)
    rate = read_vat(parts, notes)[0]
    return {} if len(notes.problems) > before else {"vat_rate": rate}


def _weight(parts: Parts, requisites: Requisites, notes: Notes) -> Decimal | None:
    """Kilograms; a weight of 0 is no weight."""
    text = text_of(parts, tags.WEIGHT) or _first(requisites, tags.WEIGHT)
    if not text:
        return None
    try:
        return parse_number(text) or None
    except ValueError:
        notes.add("number_unreadable", tags.WEIGHT, f"Вес «{text[:40]}» не похож на число")
        return None


def read_pictures(parts: Parts, notes: Notes) -> tuple[str, ...]:
    """Names of pictures in the order written; Windows writes paths its own way."""
    last = parts.get(tags.PICTURE)
    if last is None:
        return ()
    holders = [last, *last.itersiblings(tags.PICTURE, preceding=True)][::-1]
    named = dict.fromkeys(picture_name(holder.text or "") for holder in holders)
    names = [name for name in named if name]
    if len(names) > PICTURES_PER_ITEM:
        notes.add("too_many_pictures", tags.PICTURE, f"Картинок больше {PICTURES_PER_ITEM}, остальные не взяты")
    return tuple(names[:PICTURES_PER_ITEM])


def read_variant(xml_id: str, name: str, parts: Parts, notes: Notes, deleted: bool | None) -> Told:
    """The variant with what the file mentions of it; ``deleted`` is ``None`` where the file does not say."""
    values: dict[str, object] = {"variant_id": xml_id, "item_id": item_of(xml_id)}
    if name:
        values["name"] = name
    if tags.ARTICLE in parts:
        values["article"] = one_line(text_of(parts, tags.ARTICLE))
    if tags.BARCODE in parts or tags.BARCODE_OF_OTHERS in parts:
        values["barcode"] = read_barcode(parts)
    if tags.TRAITS in parts:
        values["properties"] = read_properties(parts[tags.TRAITS], notes)
    if deleted is not None:
        values["deletion_mark"] = deleted
    return Told(Variant(**values), frozenset(values))  # type: ignore[arg-type]


def read_properties(block: Element, notes: Notes) -> tuple[Property, ...]:
    """Named values of a variant: size, colour."""
    found = [
        Property(one_line((trait.findtext(tags.NAME) or "").strip()), one_line((trait.findtext(tags.VALUE) or "").strip()))
        for trait in block
        if trait.tag == tags.TRAIT
    ]
    if len(found) > PROPERTIES_PER_VARIANT:
        notes.add("too_many_properties", tags.TRAITS, f"Характеристик больше {PROPERTIES_PER_VARIANT}, остальные не взяты")
    return tuple(found[:PROPERTIES_PER_VARIANT])


def _first(requisites: Requisites, name: str) -> str:
    values = requisites.get(name)
    return values[0] if values else ""
