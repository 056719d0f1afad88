"""A directory that is written is read back the same, whatever stands in it."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commerceml.test_round_trip import words
from uzel.commerceml.references import ReferenceElement, ReferenceEnd, read_references
from uzel.commerceml.write_references import PIECE_ELEMENTS, write_nothing, write_references

FORMED_AT = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
ELEMENT = ReferenceElement("Промокоды", "a", "7", False, {"Промокод": "ВЕСНА10"})
elements = st.builds(
    ReferenceElement,
    st.just("Промокоды"), words(), words(), st.booleans(), st.dictionaries(words(1), words(0, 300), max_size=4),
)  # fmt: skip


def written(*told: ReferenceElement, only_changes: bool = False, encoding: str = "utf-8") -> list[bytes]:
    names = sorted({name for one in told for name in one.values})
    pieces = write_references("Промокоды", names, told, only_changes=only_changes, formed_at=FORMED_AT, encoding=encoding)
    return list(pieces)


@given(st.lists(elements, max_size=4), st.booleans(), st.sampled_from(["utf-8", "windows-1251"]))
def test_what_is_written_is_read_back(told: list[ReferenceElement], only_changes: bool, encoding: str) -> None:
    pieces = written(*told, only_changes=only_changes, encoding=encoding)
    assert pieces[0] == f'<?xml version="1.0" encoding="{encoding}"?>\n'.encode()
    assert list(read_references(pieces)) == [*told, ReferenceEnd("Промокоды", only_changes)]


def test_a_long_directory_comes_in_pieces() -> None:
    told = [replace(ELEMENT, element_id=str(number)) for number in range(PIECE_ELEMENTS * 2 + 1)]
    pieces = written(*told)
    assert len(pieces) == 4
    assert list(read_references(pieces))[:-1] == told


def test_nothing_is_a_root_element_alone() -> None:
    assert list(read_references([write_nothing(FORMED_AT, "windows-1251")])) == []


def test_an_encoding_that_1c_does_not_read_is_refused() -> None:
    with pytest.raises(ValueError, match="koi8-r"):
        written(ELEMENT, encoding="koi8-r")
