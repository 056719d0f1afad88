"""What a file holds, taken by transactions: a chunk each, and one by one where a mistake of ours has broken a chunk."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from django.db import DataError, IntegrityError

from uzel.commerceml.errors import PackageError

#: What one entry may bring about by a mistake of ours: it is refused alone, the others go on.
OUR_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, DataError, IntegrityError)

T = TypeVar("T")
Limit = tuple[int, Callable[[T], int]]  # most in a chunk, how much of it one entry is

log = logging.getLogger(__name__)


class Take(Protocol[T]):
    """What receives entries of a file."""

    def __call__(self, chunk: list[T], first: int, *, ours_to_blame: bool = False) -> None:
        """Take entries ``first…`` in one transaction; ``ours_to_blame``: refuse them, they are beyond us."""


def in_chunks(entries: Iterable[T], *limits: Limit[T]) -> Iterator[list[T]]:
    """An entry that reaches a limit closes its chunk; where the file breaks off, what was read before still goes through."""
    chunk: list[T] = []
    held, fault = [0] * len(limits), None
    try:
        for entry in entries:
            chunk.append(entry)
            full = False
            for place, (most, weigh) in enumerate(limits):
                held[place] += weigh(entry)
                full = full or held[place] >= most
            if full:
                yield chunk
                chunk, held = [], [0] * len(limits)
    except PackageError as error:
        fault = error
    if chunk:
        yield chunk
    if fault is not None:
        raise fault


def take_chunks(
    chunks: Iterable[list[T]], take: Take[T], package_id: int, advance: Callable[[int], None]
) -> tuple[int, PackageError | None]:
    """All chunks of a file: how many entries there were, and why it could not be read further. ``advance``: of each chunk."""
    position = 0
    try:
        for chunk in chunks:
            take_chunk(take, chunk, position, package_id)
            position += len(chunk)
            advance(len(chunk))
    except PackageError as error:
        return position, error.with_traceback(None)  # it holds the reader's frames, and with them the tree
    return position, None


def take_chunk(take: Take[T], chunk: list[T], first: int, package_id: int) -> None:
    """All at once; where that fails by our fault, one by one, without the culprit."""
    try:
        take(chunk, first)
        return
    except OUR_FAULTS:
        log.exception("package %s: entries %s…%s are read one by one", package_id, first, first + len(chunk) - 1)
    for place, entry in enumerate(chunk, first):
        try:
            take([entry], place)
        except OUR_FAULTS:
            log.exception("package %s: entry %s is refused", package_id, place)
            take([entry], place, ours_to_blame=True)
