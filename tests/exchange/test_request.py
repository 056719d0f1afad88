"""What is read out of a call before anybody decides, and what of it may be kept."""

import base64

import pytest

from uzel.exchange.request import CallRequest, Credentials, parse_basic, parse_query, printable, without_secrets


def encoded(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        (encoded("base:secret"), Credentials("base", "secret")),
        (encoded("base:a:b"), Credentials("base", "a:b")),
        (encoded("база:пароль"), Credentials("база", "пароль")),
        (encoded("база:пароль", "windows-1251"), Credentials("база", "пароль")),
        (encoded("base:"), Credentials("base", "")),
        ("basic   " + encoded("base:x").removeprefix("Basic "), Credentials("base", "x")),
        (encoded("no colon"), None),
        (encoded("a\0b:x"), None),
        ("Basic !!!", None),
        ("Basic ключ", None),
        ("Bearer abc", None),
        ("Basic", None),
        ("", None),
    ],
)
def test_basic(header: str, credentials: Credentials | None) -> None:
    assert parse_basic(header) == credentials


@pytest.mark.parametrize(
    ("query", "params"),
    [
        (b"type=sale&mode=query", {"type": "sale", "mode": "query"}),
        (b"type=sale&type=crm", {"type": "crm"}),
        (b"a=b+c%20d", {"a": "b c d"}),
        (b"filename=%D1%84.xml", {"filename": "ф.xml"}),
        (b"filename=%F4.xml", {"filename": "ф.xml"}),
        ("filename=ф.xml".encode(), {"filename": "ф.xml"}),
        (b"flag&&=x&a=", {"flag": "", "": "x", "a": ""}),
        (b"a=%zz%", {"a": "%zz%"}),
        (b"", {}),
    ],
)
def test_query_string(query: bytes, params: dict[str, str]) -> None:
    assert parse_query(query) == params


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=sale&sessid=abc&mode=file", "type=sale&sessid=***&mode=file"),
        ("SESSID=abc", "SESSID=***"),
        ("USER_LOGIN=a&USER_PASSWORD=b", "USER_LOGIN=a&USER_PASSWORD=***"),
        ("%73essid=abc&to%6Ben=x", "%73essid=***&to%6Ben=***"),
        ("filename=token.xml", "filename=token.xml"),
        ("sessid", "sessid"),
    ],
)
def test_secrets_of_a_query_string_are_starred(query: str, kept: str) -> None:
    assert without_secrets(query) == kept


def test_a_call_shows_no_secrets() -> None:
    request = CallRequest(
        "GET", "/1c/a/", query="sessid=SECRET", params={"sessid": "SECRET"}, authorization=encoded("a:SECRET"), cookie="SECRET"
    )
    assert "SECRET" not in repr(request)
    assert "SECRET" not in repr(Credentials("a", "SECRET"))
    assert encoded("a:SECRET") not in repr(request)


def test_words_of_a_call_are_read_leniently() -> None:
    request = CallRequest("GET", "/", params={"type": " Sale ", "mode": "CheckAuth", "sessid": " x "})
    assert (request.kind, request.mode, request.sessid) == ("sale", "checkauth", "x")


def test_printable_text_fits_a_column() -> None:
    assert printable("a\0b\ud800c", 4) == "a\ufffdb?"
