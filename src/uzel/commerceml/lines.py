"""``Товары``: rows of goods and services (onec-exchange 3.1, 3.2)."""

from collections.abc import Iterable

from uzel.commerceml import tags
from uzel.commerceml.notes import Notes
from uzel.commerceml.sums import settle_line
from uzel.commerceml.taxes import read_discount, read_vat, write_discount, write_rate, write_tax
from uzel.commerceml.units import read_unit
from uzel.commerceml.values import one_line, write_amount, write_quantity
from uzel.commerceml.xml_read import Element, number_of, text_of
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import OrderLine

ID_CHARACTERS, NAME_CHARACTERS = 80, 250
_NATURES = frozenset(tags.NATURE_REQUISITES)
BARCODE_CHARACTERS, UNIT_CODE_CHARACTERS = range(8, 15), range(3, 5)


def read_lines(block: Element, notes: Notes) -> tuple[OrderLine, ...]:
    """The rows in the order written; a row marked «Удален» is no row."""
    return tuple(
        [
            _read_line(element, notes, position)
            for position, element in enumerate(block, 1)
            if element.tag == tags.ITEM and element.get(tags.STATUS) != tags.DELETED
        ]
    )


def _read_line(element: Element, notes: Notes, position: int) -> OrderLine:
    parts = {child.tag: child for child in element}
    price, quantity, total, discount = settle_line(
        number_of(parts, tags.PRICE, notes, position),
        number_of(parts, tags.QUANTITY, notes, position),
        number_of(parts, tags.SUM, notes, position),
        read_discount(parts.get(tags.DISCOUNTS), notes, position),
    )
    vat_rate, vat_included = read_vat(parts, notes, position)
    measure_code, measure_name = read_unit(parts, notes, position)
    item_id = text_of(parts, tags.ID)
    return OrderLine(
        item_id=item_id,
        name=one_line(text_of(parts, tags.NAME)),
        quantity=quantity,
        price=price,
        total=total,
        discount=discount,
        vat_rate=vat_rate,
        vat_included=vat_included,
        measure_code=measure_code,
        measure_name=measure_name,
        article=text_of(parts, tags.ARTICLE),
        barcode=text_of(parts, tags.BARCODE) or text_of(parts, tags.BARCODE_OF_OTHERS),
        is_service=item_id == tags.DELIVERY_ID or is_service(parts.get(tags.REQUISITES)),
    )


def is_service(block: Element | None) -> bool:
    """What the first of ВидНоменклатуры and ТипНоменклатуры says that speaks of goods or services at all."""
    for requisite in () if block is None else block:
        if len(requisite) > 1 and requisite[0].text in _NATURES:
            nature = requisite[1].text
            if nature in (tags.GOODS_NATURE, tags.SERVICE_NATURE):
                return nature == tags.SERVICE_NATURE
    return False


def write_lines(out: XmlWriter, lines: Iterable[OrderLine]) -> None:
    """The block of rows; the XSD has no room for an empty one."""
    rows = tuple(lines)
    if not rows:
        return
    with out.block(tags.GOODS):
        for line in rows:
            with out.block(tags.ITEM):
                _write_line(out, line)


def _write_line(out: XmlWriter, line: OrderLine) -> None:
    _write_item(out, line)
    out.leaf(tags.PRICE, write_amount(line.price))
    out.leaf(tags.QUANTITY, write_quantity(line.quantity))
    out.leaf(tags.SUM, write_amount(line.total))
    write_tax(out, line)
    write_discount(out, line)


def _write_item(out: XmlWriter, line: OrderLine) -> None:
    """What is sold. Half an id would name other goods and half a barcode too: what does not fit stays away."""
    if len(line.item_id) <= ID_CHARACTERS:
        out.optional(tags.ID, line.item_id)
    if len(line.barcode) in BARCODE_CHARACTERS:
        out.leaf(tags.BARCODE, line.barcode)
    out.optional(tags.ARTICLE, line.article)
    out.leaf(tags.NAME, line.name, NAME_CHARACTERS)
    has_code = len(line.measure_code) in UNIT_CODE_CHARACTERS
    out.leaf(tags.BASE_UNIT, line.measure_name, attributes={tags.CODE: line.measure_code} if has_code else {})
    write_rate(out, line.vat_rate)
    nature = tags.SERVICE_NATURE if line.is_service else tags.GOODS_NATURE
    with out.block(tags.REQUISITES):
        for name in tags.NATURE_REQUISITES:
            with out.block(tags.REQUISITE):
                out.leaf(tags.NAME, name)
                out.leaf(tags.VALUE, nature)
