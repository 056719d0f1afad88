"""Directories that the module of 1С-Битрикс sends (references___*.xml), read as they arrive (onec-exchange 2.4)."""

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
    """An element of a directory. ``values`` by the name of the requisite; of two with one name the first counts.

    ``version`` changes whenever the base changes the element; empty: the base does not say.
    """

    directory: str
    element_id: str = ""
    version: str = ""
    deleted: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReferenceEnd:
    """A directory was read to its end. ``only_changes``: what it did not name may be in it all the same."""

    directory: str
    only_changes: bool = False


def read_references(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[ReferenceElement | ReferenceEnd]:
    """Every element, in the order written, and the end of each directory. PackageError where it cannot be read (further)."""
    opening = open_package(chunks, limits)
    directory, name = None, ""
    too_large = PackageError("element_too_large", f"Элемент справочника длиннее {ELEMENT_BYTES >> 20} МБ")
    for element in pull.walk(opening, (tags.REFERENCE_ELEMENT, tags.REFERENCE), ELEMENT_BYTES, too_large):
        ends = local_name(element) == tags.REFERENCE
        above = element if ends else _above(element, tags.REFERENCE)
        if above is not directory:
            directory, name = above, _name_of(above)
        yield ReferenceEnd(name, _only_changes(element)) if ends else _element(without_namespaces(element), name)


def _above(element: Element, tag: str) -> Element | None:
    return next((above for above in element.iterancestors() if local_name(above) == tag), None)


def _only_changes(directory: Element) -> bool:
    """Said of all directories of a file at once; a file that says nothing is whole (onec-exchange 2.4)."""
    above = _above(directory, tags.REFERENCES)
    return above is not None and (above.get(tags.ONLY_CHANGES) or "").strip().lower() in tags.TRUE


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
    element_id, version = ((element.findtext(tag) or "").strip() for tag in (tags.ID, tags.VERSION_NUMBER))
    return ReferenceElement(directory, element_id, version, mark == "true", values)
