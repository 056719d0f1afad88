"""Units of measure: codes of the national classifier (ОКЕИ) and the short names 1C writes."""

from functools import lru_cache

from uzel.commerceml import tags
from uzel.commerceml.notes import Notes
from uzel.commerceml.xml_read import Element, Parts, row_place

DEFAULT_UNIT = ("796", "шт")
NAMES = {
    "003": "мм",
    "004": "см",
    "006": "м",
    "018": "пог. м",
    "055": "м2",
    "111": "мл",
    "112": "л",
    "113": "м3",
    "163": "г",
    "166": "кг",
    "168": "т",
    "356": "ч",
    "359": "сут",
    "362": "мес",
    "642": "ед",
    "715": "пар",
    "736": "рул",
    "778": "упак",
    "796": "шт",
    "812": "ящ",
    "839": "компл",
    "876": "усл. ед",
}
_CODES = {name.replace(" ", "").rstrip("."): code for code, name in NAMES.items()}
CODE_CHARACTERS = 3
UNIT_CHARACTERS = 40  # longer names are cut, so that the cache of units stays small


def read_unit(parts: Parts, notes: Notes, position: int = 0) -> tuple[str, str]:
    """Code and short name; the row's own ``Единица`` comes before ``БазоваяЕдиница`` of the goods."""
    element = parts.get(tags.UNIT)
    if element is None or not (element.text or len(element)):
        element = parts.get(tags.BASE_UNIT)
    if element is None:
        return DEFAULT_UNIT
    code, text = element.get(tags.CODE) or "", element.text or ""
    if len(element):
        code, text = _spelled_inside(element, code, text)
    unit = _unit(code[:UNIT_CHARACTERS], text[:UNIT_CHARACTERS])
    if unit is None:
        notes.add("measure_unknown", row_place(position, element.tag), f"Единица «{text}» без кода, принята за штуки")
        return DEFAULT_UNIT[0], text
    return unit


def _spelled_inside(element: Element, code: str, text: str) -> tuple[str, str]:
    """Code and name in children of their own (2.10, 3.1)."""
    named = element.findtext(tags.UNIT_SHORT_NAME) or element.findtext(tags.NAME) or ""
    return code or element.findtext(tags.CODE) or "", text if text.strip() else named


@lru_cache(maxsize=1024)
def _unit(code: str, text: str) -> tuple[str, str] | None:
    """``('796 ', 'шт')`` → ``('796', 'шт')``; a bare code gets its name, a bare name its code (onec-exchange 7)."""
    code, text = code.strip(), text.strip()
    if not code and text.isdigit():
        code, text = text, ""
    code = code or _CODES.get(text.lower().replace(" ", "").rstrip("."), "")
    if not code:
        return None if text else DEFAULT_UNIT
    code = code.zfill(CODE_CHARACTERS)
    return code, text or NAMES.get(code, "")
