"""The catalogue as a base fetches it: each piece is a whole file of groups, of goods or of offers (onec-exchange 1.6).

Elements stand in the order of the XSD. What a base must not get from another one, stocks, is not written, and neither are
pictures: the protocol knows only their public addresses, and we have none.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from uzel.commerceml import tags
from uzel.commerceml.limits import DEFAULT_LIMITS, ID_CHARACTERS
from uzel.commerceml.taxes import write_rate
from uzel.commerceml.values import plain, write_amount
from uzel.commerceml.xml_write import XmlWriter, codec, declaration
from uzel.model import NomenclatureItem, Price, PriceType, Section, Variant

SCHEMA_VERSION = "2.021"  # what Bitrix writes here (onec-exchange 1.6)
CATALOG_ID, CATALOG_NAME = "uzel", "Каталог портала"
OFFERS_ID = f"{CATALOG_ID}#"  # of a package of offers it ends so (onec-exchange 2.2)
GROUP_LEVELS = 50  # of groups in groups; deeper ones are written beside


@dataclass(frozen=True, slots=True)
class Offer:
    """What costs something: a variant, or the ``item`` itself. ``offer_id``: as the base that fetches it calls it."""

    item: NomenclatureItem
    variant: Variant | None
    prices: tuple[Price, ...] = ()

    @property
    def sold(self) -> NomenclatureItem | Variant:
        """What is offered."""
        return self.variant or self.item

    @property
    def offer_id(self) -> str:
        """Ид of it."""
        return self.variant.variant_id if self.variant else self.item.item_id


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written around a piece. ``package``: its number, for a base that asks for packages."""

    formed_at: dt.datetime
    encoding: str = "utf-8"
    package: int | None = None


def write_groups(sections: Sequence[Section], frame: Frame) -> bytes:
    """The classifier: groups in groups; one whose parent is not among them stands at the top."""
    out = XmlWriter()
    with _root(out, frame), out.block(tags.CLASSIFIER):
        _head(out, CATALOG_ID)
        if sections:
            _write_tree(out, sections)
    return _file(out, frame)


def write_goods(items: Sequence[NomenclatureItem], frame: Frame) -> bytes:
    """Goods, a piece of them: what is not in it says nothing."""
    out = XmlWriter()
    with _root(out, frame), out.block(tags.CATALOG, {tags.ONLY_CHANGES: tags.TRUE[0]}):
        out.leaf(tags.ID, CATALOG_ID)
        out.leaf(tags.CLASSIFIER_ID, CATALOG_ID)
        out.leaf(tags.NAME, CATALOG_NAME)
        with out.block(tags.GOODS):
            for item in items:
                _write_item(out, item)
    return _file(out, frame)


def write_offers(offers: Sequence[Offer], price_types: Sequence[PriceType], frame: Frame) -> bytes:
    """Variants and prices, with the kinds of prices that the piece names."""
    out = XmlWriter()
    with _root(out, frame), out.block(tags.OFFER_PACKAGES[0], {tags.ONLY_CHANGES: tags.TRUE[0]}):
        _head(out, OFFERS_ID)
        out.leaf(tags.CATALOG_ID, CATALOG_ID)
        out.leaf(tags.CLASSIFIER_ID, CATALOG_ID)
        if price_types:
            with out.block(tags.PRICE_TYPES):
                for price_type in price_types:
                    _write_price_type(out, price_type)
        with out.block(tags.OFFERS):
            for offer in offers:
                _write_offer(out, offer)
    return _file(out, frame)


@contextmanager
def _root(out: XmlWriter, frame: Frame) -> Iterator[None]:
    stamp = frame.formed_at.replace(tzinfo=None).isoformat(timespec="seconds")
    number = {} if frame.package is None else {tags.PACKAGE: str(frame.package)}
    with out.block(tags.ROOT, {tags.SCHEMA_VERSION: SCHEMA_VERSION, tags.FORMED_AT: stamp} | number):
        yield


def _head(out: XmlWriter, list_id: str) -> None:
    out.leaf(tags.ID, list_id)
    out.leaf(tags.NAME, CATALOG_NAME)


def _file(out: XmlWriter, frame: Frame) -> bytes:
    return declaration(frame.encoding) + out.take(codec(frame.encoding))


def _write_tree(out: XmlWriter, sections: Sequence[Section]) -> None:
    """Each group once, whatever their parents say: a ring of them is cut where it is met first."""
    inside: Mapping[str, list[Section]] = defaultdict(list)
    known = {section.section_id for section in sections}
    for section in sections:
        inside[section.parent_id if section.parent_id in known else ""].append(section)
    written: set[str] = set()

    def write(group: Section, level: int) -> None:
        written.add(group.section_id)
        with out.block(tags.SECTION):
            out.leaf(tags.ID, group.section_id, ID_CHARACTERS)
            out.leaf(tags.NAME, group.name)
            children = [one for one in inside[group.section_id] if one.section_id not in written]
            if children and level < GROUP_LEVELS:
                with out.block(tags.SECTIONS):
                    for child in children:
                        write(child, level + 1)

    with out.block(tags.SECTIONS):
        for section in (*inside[""], *sections):
            if section.section_id not in written:
                write(section, 1)


def _write_item(out: XmlWriter, item: NomenclatureItem) -> None:
    with out.block(tags.ITEM, _status(item)):
        _write_names(out, item.item_id, item)
        _write_unit(out, item)
        if item.section_id:
            with out.block(tags.SECTIONS):
                out.leaf(tags.ID, item.section_id, ID_CHARACTERS)
        out.optional(tags.DESCRIPTION, item.description, DEFAULT_LIMITS.text_characters)
        write_rate(out, item.vat_rate)
        _write_requisites(out, item)


def _write_requisites(out: XmlWriter, item: NomenclatureItem) -> None:
    nature = tags.SERVICE_NATURE if item.is_service else tags.GOODS_NATURE
    named = [(name, nature) for name in tags.NATURE_REQUISITES]
    named.append((tags.FULL_NAME_REQUISITE, item.full_name))
    named.append((tags.WEIGHT, plain(item.weight) if item.weight else ""))
    with out.block(tags.REQUISITES):
        for name, value in named:
            if value:
                with out.block(tags.REQUISITE):
                    out.leaf(tags.NAME, name)
                    out.leaf(tags.VALUE, value, DEFAULT_LIMITS.text_characters)


def _write_offer(out: XmlWriter, offer: Offer) -> None:
    with out.block(tags.OFFER, _status(offer.sold)):
        _write_names(out, offer.offer_id, offer.sold)
        _write_unit(out, offer.item)
        if offer.variant and offer.variant.properties:
            with out.block(tags.TRAITS):
                for trait in offer.variant.properties:
                    with out.block(tags.TRAIT):
                        out.leaf(tags.NAME, trait.name)
                        out.leaf(tags.VALUE, trait.value, DEFAULT_LIMITS.text_characters)
        if offer.prices:
            with out.block(tags.PRICES):
                for price in offer.prices:
                    _write_price(out, price)


def _write_price(out: XmlWriter, price: Price) -> None:
    with out.block(tags.PRICE_OF_TYPE):
        out.leaf(tags.PRICE_TYPE_ID, price.price_type_id, ID_CHARACTERS)
        out.leaf(tags.PRICE, write_amount(price.amount))
        out.leaf(tags.CURRENCY, price.currency)


def _write_price_type(out: XmlWriter, price_type: PriceType) -> None:
    with out.block(tags.PRICE_TYPE):
        out.leaf(tags.ID, price_type.price_type_id, ID_CHARACTERS)
        out.leaf(tags.NAME, price_type.name)
        out.leaf(tags.CURRENCY, price_type.currency)
        with out.block(tags.TAX):
            out.leaf(tags.NAME, tags.VAT)
            out.leaf(tags.IN_TOTAL, "true" if price_type.vat_included else "false")


def _write_names(out: XmlWriter, own_id: str, sold: NomenclatureItem | Variant) -> None:
    out.leaf(tags.ID, own_id, ID_CHARACTERS)
    out.optional(tags.BARCODE, sold.barcode)
    out.optional(tags.ARTICLE, sold.article)
    out.leaf(tags.NAME, sold.name)


def _write_unit(out: XmlWriter, item: NomenclatureItem) -> None:
    out.leaf(tags.BASE_UNIT, item.measure_name, attributes={tags.CODE: item.measure_code})


def _status(sold: NomenclatureItem | Variant) -> Mapping[str, str]:
    return {tags.STATUS: tags.DELETED} if sold.deletion_mark else {}
