"""Query strings against a decoder written here after PHP's parse_str."""

from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.bitrix24.query_string import encode, plain


def php_decode(text: str) -> Any:
    """Every variable where its brackets say; an array with keys 0, 1, 2… is a list."""
    tree: dict[str, Any] = {}
    for pair in filter(None, text.split("&")):
        raw_name, _, raw_value = pair.partition("=")
        first, *rest = unquote_plus(raw_name).split("[")
        node, steps = tree, [first, *(part.removesuffix("]") for part in rest)]
        for step in steps[:-1]:
            node = node.setdefault(step, {})
        node[steps[-1]] = unquote_plus(raw_value)
    return as_arrays(tree)


def as_arrays(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: as_arrays(one) for name, one in value.items()}
    is_list = bool(inner) and list(inner) == [str(place) for place in range(len(inner))]
    return list(inner.values()) if is_list else inner


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, ""),
        ({"id": 5}, "id=5"),
        ({"fields": {"title": "Заказ №1 & =?"}}, "fields[title]=%D0%97%D0%B0%D0%BA%D0%B0%D0%B7%20%E2%84%961%20%26%20%3D%3F"),
        ({"fields": {"PHONE": [{"VALUE": "+7"}]}}, "fields[PHONE][0][VALUE]=%2B7"),
        ({"filter": {">id": 7, "=RQ_INN": "0123"}}, "filter[%3Eid]=7&filter[%3DRQ_INN]=0123"),
        ({"ownerId": "$result[deal][item][id]"}, "ownerId=%24result%5Bdeal%5D%5Bitem%5D%5Bid%5D"),
        ({"opened": True, "closed": False, "gone": None, "list": [1, None, 2]}, "opened=Y&closed=N&list[0]=1&list[1]=2"),
        ({"a": Decimal("1E+3"), "b": Decimal("0.10"), "c": Decimal("-0.00000001")}, "a=1000&b=0.10&c=-0.00000001"),
        ({"productRows": [], "filter": {}, "empty": ""}, "productRows=&empty="),
    ],
)
def test_values(params: dict[str, Any], text: str) -> None:
    assert encode(params) == text


@pytest.mark.parametrize("wrong", [{"sum": 1.5}, {"fields": {"sum": [1.5]}}, {"what": object()}, {"what": b"1"}])
def test_what_is_no_parameter_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        encode(wrong)
    with pytest.raises(TypeError):
        plain(wrong)


@pytest.mark.parametrize("name", ["a[b]", "]", "", "["])
def test_a_name_that_would_change_the_structure_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        encode({"fields": {name: 1}})


def test_a_structure_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    deep["a"] = deep
    with pytest.raises(ValueError, match="deep"):
        encode(deep)


names = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda name: not name.isdigit()
)
leaves = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.integers()
    | st.booleans()
    | st.decimals(allow_nan=False, allow_infinity=False)
)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3)
)


def as_sent(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_sent(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_sent(inner) for inner in value]
    if isinstance(value, bool):
        return "Y" if value else "N"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@given(st.dictionaries(names, trees, max_size=4))
def test_php_reads_back_what_was_meant(params: dict[str, Any]) -> None:
    assert php_decode(encode(params)) == as_sent(params)


def test_a_json_body_follows_the_same_rules() -> None:
    params = {"id": 5, "opened": True, "gone": None, "sum": Decimal("1E+2"), "rows": [], "fields": {"x": (1, None, "a")}}
    assert plain(params) == {"id": 5, "opened": "Y", "sum": "100", "rows": [], "fields": {"x": [1, "a"]}}
