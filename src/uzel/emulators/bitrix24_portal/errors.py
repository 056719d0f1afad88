"""Errors of the REST API (bitrix24-rest B6): the system catalogue as data, and the exception a method raises."""

from collections.abc import Mapping
from typing import Any

#: code → (HTTP status, text). What the portal itself answers, whatever the method.
CATALOGUE: Mapping[str, tuple[int, str]] = {
    "INVALID_REQUEST": (400, "Https required"),
    "ERROR_BATCH_LENGTH_EXCEEDED": (400, "Max batch length exceeded"),
    "NO_AUTH_FOUND": (401, "Wrong authorization data"),
    "expired_token": (401, "The access token provided has expired"),
    "INVALID_CREDENTIALS": (401, "Invalid request credentials"),
    "insufficient_scope": (403, "The request requires higher privileges than provided by the webhook token"),
    "user_access_error": (403, "The user does not have access to the application"),
    "ACCESS_DENIED": (403, "REST API is available only on commercial plans"),
    "WRONG_AUTH_TYPE": (403, "Current authorization type is denied for this method Application context required"),
    "allowed_only_intranet_user": (403, "Action is allowed only for intranet users"),
    "ERROR_METHOD_NOT_FOUND": (404, "Method not found!"),
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": (404, "Manifest is not available"),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (405, "Method is not allowed for batch usage"),
    "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit."),
    "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
    "ERROR_UNEXPECTED_ANSWER": (500, "Server returned an unexpected response"),
    "PORTAL_DELETED": (500, "Portal was deleted"),
    "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
    "OVERLOAD_LIMIT": (503, "REST API is blocked due to overload."),
}

#: the code a bare status stands for in a fault; the statuses that are not here are HTML pages of the gateway
CODE_OF_STATUS: Mapping[int, str] = {
    401: "NO_AUTH_FOUND",
    403: "insufficient_scope",
    404: "ERROR_METHOD_NOT_FOUND",
    429: "OPERATION_TIME_LIMIT",
    500: "INTERNAL_SERVER_ERROR",
    503: "QUERY_LIMIT_EXCEEDED",
}

GATEWAY_PAGES: Mapping[int, str] = {
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


class ApiError(Exception):
    """An error answer: ``code`` and ``description`` as the portal writes them, ``status`` of a single call.

    ``argument``: the parameter that is wrong, where the portal names it apart.
    """

    def __init__(self, code: str | int, description: str, status: int = 400, *, argument: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.argument = argument
        self.code = code
        self.description = description
        self.status = status

    def body(self) -> dict[str, Any]:
        """The JSON body, also the entry of ``result_error`` in a batch."""
        named = {"argument": self.argument} if self.argument else {}
        return {"error": self.code, "error_description": self.description, **named}


class GatewayTimeoutError(Exception):
    """The request outlived the gateway (bitrix24-rest B2); its answer has been sent already."""


def system(code: str) -> ApiError:
    """An error of the catalogue."""
    status, text = CATALOGUE[code]
    return ApiError(code, text, status)


def gateway_page(status: int) -> str:
    """The HTML that stands before the portal (nginx) when the portal itself does not answer."""
    title = f"{status} {GATEWAY_PAGES.get(status, 'Error')}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )


def missing(name: str) -> ApiError:
    """A required parameter of a universal method is not there."""
    return ApiError("100", f"Could not find value for parameter {{{name}}}")


def plain(text: str) -> ApiError:
    """An error of the old methods: an empty code and a text."""
    return ApiError("", text)


def denied() -> ApiError:
    """No right to the item, as the universal methods say it: 400 even so (bitrix24-rest B6)."""
    return ApiError("ACCESS_DENIED", "Access denied")
