"""What a base that fetches the catalogue calls its goods."""

import pytest

from uzel.mapping.given_ids import OwnId, given_ids

TIED = OwnId("own", "x")


@pytest.mark.parametrize(
    ("asked", "matches", "expected"),
    [
        (["x", "x#1"], [], {"x": "x", "x#1": "x#1"}),
        (["x"], [TIED], {"x": "own"}),
        (["x#1"], [OwnId("own#a", "x#1")], {"x#1": "own#a"}),
        # the item of a variant that is known is known too, and so are its other variants
        (["x", "x#1", "x#2"], [OwnId("own#a", "x#1")], {"x": "own", "x#1": "own#a", "x#2": "own#2"}),
        # of several the latest, but what a person said stands above it
        (["x"], [OwnId("old", "x"), OwnId("new", "x")], {"x": "new"}),
        (["x"], [OwnId("said", "x", by_hand=True), OwnId("new", "x")], {"x": "said"}),
        # goods without variants in the base, a variant in the catalogue: nothing follows for the item
        (["x", "x#1"], [OwnId("own", "x#1")], {"x": "x", "x#1": "own"}),
        # the base means something else by this Ид: other goods must not be overwritten
        (["1"], [OwnId("1", "y")], {}),
        (["1#a"], [OwnId("1", "y")], {}),
        (["x", "x#2"], [OwnId("own#a", "x#1"), OwnId("own", "y")], {}),
        (["x#2"], [OwnId("own", "x"), OwnId("own#2", "y")], {}),
        # an item that is called by its very Ид
        (["x"], [OwnId("x", "x")], {"x": "x"}),
    ],
)
def test_nothing_is_doubled_and_nothing_overwritten(asked: list[str], matches: list[OwnId], expected: dict[str, str]) -> None:
    assert given_ids(asked, matches) == expected
