"""What entries of all kinds have in common."""

from uzel.commerceml import tags
from uzel.commerceml.limits import ID_CHARACTERS
from uzel.commerceml.notes import Notes
from uzel.commerceml.values import one_line
from uzel.commerceml.xml_read import Element, Parts, text_of

VARIANT_MARK = "#"
PICTURE_FOLDER = "import_files/"


def read_id(parts: Parts, notes: Notes) -> str:
    """The Ид; without one, or with one that does not fit, nothing can be tied to the entry."""
    xml_id = text_of(parts, tags.ID)
    if not xml_id.strip(VARIANT_MARK):
        notes.add("id_missing", tags.ID, "Нет идентификатора (Ид)", fatal=True)
    elif len(xml_id) > ID_CHARACTERS:
        notes.add("id_too_long", tags.ID, f"Идентификатор длиннее {ID_CHARACTERS} знаков", fatal=True)
    return xml_id[:ID_CHARACTERS]


def read_name(parts: Parts, notes: Notes, *, needed: bool) -> str:
    """The name in one line; where it is ``needed`` and not there, the entry cannot be shown to anybody."""
    name = one_line(text_of(parts, tags.NAME))
    if needed and not name:
        notes.add("name_missing", tags.NAME, "Нет наименования", fatal=True)
    return name


def item_of(xml_id: str) -> str:
    """Ид of the item that a variant belongs to; empty for what is no variant."""
    item_id, mark, variant = xml_id.partition(VARIANT_MARK)
    return item_id if mark and item_id and variant else ""


def is_deleted(element: Element, parts: Parts) -> bool:
    """Статус="Удален", an element of its own, or (2.x) a requisite."""
    if element.get(tags.STATUS) == tags.DELETED or text_of(parts, tags.STATUS) == tags.DELETED:
        return True
    return is_true(text_of(parts, tags.DELETION_MARK))


def picture_name(text: str) -> str:
    """A picture's name as files and archives both have it: with slashes, from ``import_files/`` on."""
    name = text.strip().replace("\\", "/").removeprefix("./")
    return name[max(0, name.rfind(PICTURE_FOLDER)) :]


def is_true(text: str) -> bool:
    """Does a flag say yes?"""
    return text.lower() in tags.TRUE
