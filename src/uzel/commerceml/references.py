"""Directories that the module of 1С-Битрикс sends (references___*.xml), read as they arrive (onec-exchange 2.2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from uzel.commerceml import pull, tags
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import Element, local_name, without_namespaces

ELEMENT_BYTES = 1 << 20  # of one element of a directory with all that it says


@dataclass(frozen=True, slots=True)
class ReferenceElement:
    """An element of a directory. ``values`` by the name of the requisite; of two with one name the first counts."""

    directory: str
    element_id: str = ""
    deleted: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def read_references(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[ReferenceElement]:
    """Every element, in the order written. PackageError where the file cannot be read (further)."""
    opening = open_package(chunks, limits)
    directory, name = None, ""
    too_large = PackageError("element_too_large", f"Элемент справочника длиннее {ELEMENT_BYTES >> 20} МБ")
    for element in pull.walk(opening, (tags.REFERENCE_ELEMENT,), ELEMENT_BYTES, too_large):
        above = _directory_of(element)
        if above is not directory:
            directory, name = above, _name_of(above)
        yield _element(without_namespaces(element), name)


def _directory_of(element: Element) -> Element | None:
    return next((above for above in element.iterancestors() if local_name(above) == tags.REFERENCE), None)


def _name_of(directory: Element | None) -> str:
    """The first of name and id that says something."""
    told = {local_name(child): (child.text or "").strip() for child in directory} if directory is not None else {}
    return told.get(tags.NAME) or told.get(tags.ID) or ""


def _element(element: Element, directory: str) -> ReferenceElement:
    values: dict[str, str] = {}
    for requisite in element.iterfind(f"{tags.REQUISITES}/{tags.REQUISITE}"):
        name = (requisite.findtext(tags.NAME) or "").strip()
        values.setdefault(name, (requisite.findtext(tags.VALUE) or "").strip())
    mark = (element.findtext(tags.DELETION_MARK) or "").strip().lower()
    return ReferenceElement(directory, (element.findtext(tags.ID) or "").strip(), mark == "true", values)
