"""Parameters as PHP reads them."""

import pytest

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.php_params import MAX_VARIABLES, parse_body, parse_query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0][x]=1&a[1][x]=2", {"a": [{"x": "1"}, {"x": "2"}]}),
        ("a[5]=1", {"a": {"5": "1"}}),
        ("a[1]=x&a[0]=y", {"a": {"1": "x", "0": "y"}}),
        ("fm[n0][value]=1&fm[15][value]=", {"fm": {"n0": {"value": "1"}, "15": {"value": ""}}}),
        ("filter%5B%3E%3Did%5D=7", {"filter": {">=id": "7"}}),
        ("filter[0][logic]=OR&filter[0][0][id]=1", {"filter": [{"logic": "OR", "0": {"id": "1"}}]}),
        ("t=%D0%97%D0%B0%D0%BA%D0%B0%D0%B7+1&plus=%2B7", {"t": "Заказ 1", "plus": "+7"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b=1", {"a_b": "1"}),
        ("[b]=1", {"_b]": "1"}),
        ("a[b]rest[c]=1", {"a": {"b": "1"}}),
        ("a.b=1", {"a_b": "1"}),
        ("flag", {"flag": ""}),
        ("", {}),
        ("=x&&", {}),
        ("a[007]=1", {"a": {"007": "1"}}),
    ],
)
def test_query(query: str, expected: dict[str, object]) -> None:
    assert parse_query(query) == expected


def test_too_many_variables_are_refused() -> None:
    with pytest.raises(ApiError, match="Too many"):
        parse_query("&".join(f"a{n}=1" for n in range(MAX_VARIABLES + 1)))


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"[" * 100_000])
def test_unreadable_json_gives_no_parameters(body: bytes) -> None:
    assert parse_body(body, "application/json; charset=utf-8") == {}


def test_multipart() -> None:
    body = (
        b'--X\r\nContent-Disposition: form-data; name="fields[TITLE]"\r\n\r\n\xd0\x97\xd0\xb0\r\n'
        b'--X\r\nContent-Disposition: form-data; name="id[]"\r\n\r\n5\r\n--X--\r\n'
    )
    assert parse_body(body, "multipart/form-data; boundary=X") == {"fields": {"TITLE": "За"}, "id": ["5"]}


def test_a_form_is_the_default() -> None:
    assert parse_body(b"a[x]=1", "") == {"a": {"x": "1"}}
