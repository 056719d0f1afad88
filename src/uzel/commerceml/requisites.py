"""``ЗначенияРеквизитов``: a name and any number of values (onec-exchange 3.2)."""

from collections.abc import Mapping

from uzel.commerceml import tags
from uzel.commerceml.xml_read import Element
from uzel.commerceml.xml_write import XmlWriter

NAME_CHARACTERS, VALUE_CHARACTERS = 250, 1000


def read_requisites(block: Element) -> dict[str, tuple[str, ...]]:
    """Every value of every requisite by its trimmed name, in the order written."""
    found: dict[str, tuple[str, ...]] = {}
    for name in block.iter(tags.NAME):
        # A name followed by one value is nearly every requisite there is: it is read without looking at its
        # parent, which takes half the time of the general way.
        value = name.getnext()
        if value is not None and value.tag == tags.VALUE and value.getnext() is None:
            values: tuple[str, ...] = ((value.text or "").strip(),)
        else:
            values = _all_values(name)
        key = (name.text or "").strip()
        found[key] = found[key] + values if key in found else values
    return found


def _all_values(name: Element) -> tuple[str, ...]:
    parent = name.getparent()
    return tuple((value.text or "").strip() for value in parent if value.tag == tags.VALUE) if parent is not None else ()


def write_requisites(out: XmlWriter, requisites: Mapping[str, tuple[str, ...]]) -> None:
    """The block of requisites; a requisite without values is written with an empty one."""
    named = [(name, values) for name, values in requisites.items() if name.strip()]
    if not named:
        return
    with out.block(tags.REQUISITES):
        for name, values in named:
            with out.block(tags.REQUISITE):
                out.leaf(tags.NAME, name, NAME_CHARACTERS)
                for value in values or ("",):
                    out.leaf(tags.VALUE, value, VALUE_CHARACTERS)
