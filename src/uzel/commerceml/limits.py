"""Limits of reading, each named with its unit; the number of documents in a package has none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one package may cost. Past a ``*_bytes`` limit the package is refused, past the others the document is.

    Depth of elements and length of one text node are bounded by libxml2 itself (256 levels, 10,000,000 bytes).
    """

    feed_bytes: int = 64 * 1024
    prolog_bytes: int = 64 * 1024
    document_bytes: int = 32 * 1024 * 1024
    lines_per_document: int = 20_000
    requisites_per_document: int = 5_000
    text_characters: int = 100_000
    subordinate_levels: int = 4


DEFAULT_LIMITS = ReadLimits()
