"""Which error an HTTP answer stands for."""

from typing import Any

import pytest

from uzel.bitrix24.errors import (
    MethodBlocked,
    OutcomeUnknown,
    PortalError,
    Refused,
    TokenExpired,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
    error_of,
    pause_s,
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": "NOT_FOUND", "error_description": "Item not found"}, Refused, "NOT_FOUND"),
        (400, {"error": "ACCESS_DENIED"}, Refused, "ACCESS_DENIED"),
        (400, {"error": "", "error_description": "не то"}, Refused, ""),
        (400, {"error": 0}, Refused, "0"),
        (400, {"error": 200040300010}, Refused, "200040300010"),
        (400, {"error": {"code": "BITRIX_REST_V3_EXCEPTION", "message": "m"}}, Refused, "BITRIX_REST_V3_EXCEPTION"),
        (400, {"error": ["?"]}, Refused, "['?']"),
        (200, {"error": "X", "result": 1}, Refused, "X"),
        (404, {"error": "ERROR_METHOD_NOT_FOUND"}, Refused, "ERROR_METHOD_NOT_FOUND"),
        (403, {"error": "allowed_only_intranet_user"}, Refused, "allowed_only_intranet_user"),
        (403, {"error": "WRONG_AUTH_TYPE"}, Refused, "WRONG_AUTH_TYPE"),
        (500, {"error": "PORTAL_DELETED"}, Refused, "PORTAL_DELETED"),
        (401, {"error": "NO_AUTH_FOUND"}, WrongCredentials, "NO_AUTH_FOUND"),
        (401, {"error": "whatever"}, WrongCredentials, "whatever"),
        (401, {"error": "expired_token"}, TokenExpired, "expired_token"),
        (403, {"error": "INVALID_CREDENTIALS"}, WrongCredentials, "INVALID_CREDENTIALS"),
        (403, {"error": "insufficient_scope"}, WrongCredentials, "insufficient_scope"),
        (403, {"error": "ACCESS_DENIED"}, WrongCredentials, "ACCESS_DENIED"),
        (429, {"error": "OPERATION_TIME_LIMIT"}, MethodBlocked, "OPERATION_TIME_LIMIT"),
        (429, None, TooManyRequests, "QUERY_LIMIT_EXCEEDED"),
        (503, {"error": "QUERY_LIMIT_EXCEEDED"}, TooManyRequests, "QUERY_LIMIT_EXCEEDED"),
        (503, {"error": "OVERLOAD_LIMIT"}, Unavailable, "OVERLOAD_LIMIT"),
        (503, None, Unavailable, "HTTP_503"),
        (404, None, Unavailable, "HTTP_404"),
        (403, None, Unavailable, "HTTP_403"),
        (413, None, Refused, "HTTP_413"),
        (500, {"error": "INTERNAL_SERVER_ERROR"}, OutcomeUnknown, "INTERNAL_SERVER_ERROR"),
        (500, None, OutcomeUnknown, "HTTP_500"),
        (502, None, OutcomeUnknown, "HTTP_502"),
        (504, None, OutcomeUnknown, "HTTP_504"),
        (200, None, OutcomeUnknown, "HTTP_200"),
        (200, [], OutcomeUnknown, "HTTP_200"),
        (200, {"time": {}}, OutcomeUnknown, "HTTP_200"),
    ],
)
def test_table(status: int, body: Any, kind: type[PortalError], code: str) -> None:
    problem = error_of(status, body, "crm.item.add")
    assert type(problem) is kind
    assert problem.code == code
    assert problem.text


@pytest.mark.parametrize("result", [None, 0, [], {}, False, "x"])
def test_any_result_is_an_answer(result: Any) -> None:
    assert error_of(200, {"result": result}, "m") is None


def test_what_the_portal_asks_for() -> None:
    problem = error_of(503, None, "m", retry_after=7.0)
    assert isinstance(problem, Unavailable)
    assert pause_s(problem, 1.0, speed=1.0) == 7.0
    assert pause_s(problem, 30.0, speed=10.0) == 7.0
    assert pause_s(error_of(503, {"error": "OVERLOAD_LIMIT"}, "m"), 1.0, speed=1.0) is None
    assert pause_s(error_of(502, None, "m"), 3.0, speed=10.0) == 0.3
    blocked = error_of(429, {"error": "OPERATION_TIME_LIMIT"}, "crm.item.add")
    assert isinstance(blocked, MethodBlocked)
    assert blocked.method == "crm.item.add"


def test_a_long_text_of_the_portal_is_cut() -> None:
    problem = error_of(400, {"error": "X", "error_description": "я" * 10_000}, "m")
    assert problem is not None
    assert len(problem.text) == 1000
