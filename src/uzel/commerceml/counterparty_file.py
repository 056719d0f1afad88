"""A file of counterparties alone (contragents___*.xml of the module of 1С-Битрикс), read as it arrives (onec-exchange 2.2)."""

from collections.abc import Iterable, Iterator

from uzel.commerceml import pull, tags
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.notes import Notes
from uzel.commerceml.parties import read_counterparty
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import Element, local_name, without_namespaces
from uzel.model import Counterparty

COUNTERPARTY_BYTES = 1 << 20  # of one with all that it says


def read_counterparty_file(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[Counterparty | None]:
    """Every counterparty outside of documents, in the order written; ``None`` for the first document, and nothing after it.

    PackageError where the file cannot be read (further).
    """
    opening = open_package(chunks, limits)
    too_large = PackageError("element_too_large", f"Контрагент длиннее {COUNTERPARTY_BYTES >> 20} МБ")
    for element in pull.walk(opening, (tags.COUNTERPARTY, tags.DOCUMENT), COUNTERPARTY_BYTES, too_large, _tells):
        if local_name(element) == tags.DOCUMENT:
            yield None
            return
        yield read_counterparty(without_namespaces(element), Notes(tags.COUNTERPARTY)).counterparty


def _tells(element: Element) -> bool:
    """Whether it is a document, or in the list of the file, not in a document's."""
    above = [local_name(one) for one in element.iterancestors()]
    return local_name(element) == tags.DOCUMENT or above == [tags.COUNTERPARTIES, tags.ROOT]
