"""Limits of reading, each named with its unit; the number of documents in a package has none."""

from dataclasses import dataclass

SHORTEST_LINE_BYTES = len("<Товар/>".encode("cp1251"))
SHORTEST_REQUISITE_BYTES = len("<Наименование/>".encode("cp1251"))


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one package may cost. Past a ``*_bytes`` limit the package is refused, past the others the document is.

    Depth of elements and length of one text node are bounded by libxml2 itself (256 levels, 10,000,000 bytes).
    """

    feed_bytes: int = 64 * 1024
    prolog_bytes: int = 64 * 1024
    document_bytes: int = 32 * 1024 * 1024
    marks_per_document: int = 1_500_000  # "<", and "=" twice: a node of the tree, of 120 bytes and more, has one at least
    lines_per_document: int = 20_000
    requisites_per_document: int = 10_000
    text_characters: int = 250_000
    subordinate_levels: int = 4

    @property
    def harmless_bytes(self) -> int:
        """A document of fewer bytes cannot pass the limits above, so nobody needs to count inside it."""
        lines = self.lines_per_document * SHORTEST_LINE_BYTES
        requisites = self.requisites_per_document * SHORTEST_REQUISITE_BYTES
        return min(lines, requisites, self.text_characters)


DEFAULT_LIMITS = ReadLimits()

#: Of one entry of a catalogue; what is over it is left out, with a note.
ID_CHARACTERS = 200
PICTURES_PER_ITEM = 100
PROPERTIES_PER_VARIANT = 100
PRICES_PER_OFFER = 200
STOCKS_PER_OFFER = 1000
