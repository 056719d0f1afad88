"""Which pictures the portal should have, and what it takes."""

import pytest

from uzel.bitrix24.entities.product_image import DETAIL, MORE, Image
from uzel.mapping.product_pictures import Plan, file_name, plan

A, B, C = (file_name(f"import_files/{one}.JPG", one * 64) for one in "abc")
BOTH = [Image(1, DETAIL, A), Image(2, MORE, B)]


def test_a_picture_is_named_by_its_bytes() -> None:
    assert f"uzel-{'a' * 32}.jpg" == A


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ([A, B], [], Plan((), ((DETAIL, A), (MORE, B)))),
        ([A, B], BOTH, Plan()),
        ([B, A], BOTH, Plan((1, 2), ((DETAIL, B), (MORE, A)))),
        ([A, C, B], BOTH, Plan((2,), ((MORE, C), (MORE, B)))),
        ([], BOTH, Plan((1, 2))),
        ([A], [*BOTH, Image(3, MORE, "photo.jpg")], Plan((2,))),  # what people put stays
        ([A, B], [Image(1, DETAIL, "photo.jpg")], Plan((), ((MORE, A), (MORE, B)))),
        ([A], [Image(1, DETAIL, A), Image(2, MORE, f"{A}.png")], Plan()),  # a name that only looks like ours
        ([A], [Image(1, DETAIL, A), Image(2, DETAIL, A)], Plan((2,))),  # doubled by a late command
    ],
)
def test_what_it_takes(wanted: list[str], there: list[Image], expected: Plan) -> None:
    assert plan(wanted, there) == expected
