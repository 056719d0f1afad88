"""Parameters of a request as PHP would see them: bracketed names, numeric keys, form, multipart and JSON bodies."""

import json
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote_plus

from uzel.emulators.bitrix24_portal.errors import ApiError

MAX_VARIABLES = 50_000
MAX_NESTING = 64


def parse_query(text: str) -> dict[str, Any]:
    """``a[b][]=1&a[b][]=2`` → ``{"a": {"b": ["1", "2"]}}``; all values are strings, as in PHP's ``parse_str``."""
    tree: dict[Any, Any] = {}
    pairs = text.split("&")
    if len(pairs) > MAX_VARIABLES:
        raise ApiError("INVALID_REQUEST", "Too many input variables")
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name:
            put(tree, unquote_plus(name), unquote_plus(value))
    return {key: arrays(value) for key, value in tree.items()}


def put(tree: dict[Any, Any], name: str, value: Any) -> None:
    """Put one variable where its name points; a bracket that is not closed becomes an underscore, as in PHP."""
    base, bracket, rest = name.partition("[")
    base = base.lstrip().replace(".", "_").replace(" ", "_")
    if not bracket or "]" not in rest or not base:
        tree[base if base and not bracket else name.replace("[", "_", 1)] = value
        return
    node = tree
    key: Any = base
    for part in _parts(rest):
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node, key = child, _next_index(child) if part == "" else _key(part)
    node[key] = value


def _parts(rest: str) -> list[str]:
    """``b][c]`` → ``["b", "c"]``: what stands in the brackets; anything between two brackets is lost, as in PHP."""
    parts: list[str] = []
    while "]" in rest and len(parts) < MAX_NESTING:
        part, _, rest = rest.partition("]")
        parts.append(part)
        if not rest.startswith("["):
            break
        rest = rest[1:]
    return parts


def _key(part: str) -> Any:
    return int(part) if part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") else part


def _next_index(node: dict[Any, Any]) -> int:
    return max((key for key in node if isinstance(key, int)), default=-1) + 1


def arrays(value: Any) -> Any:
    """A PHP array with the keys 0…n-1 is a list, any other is a map with string keys."""
    if not isinstance(value, dict):
        return value
    if value and all(key == number for number, key in enumerate(value)):
        return [arrays(item) for item in value.values()]
    return {str(key): arrays(item) for key, item in value.items()}


def parse_body(body: bytes, content_type: str) -> dict[str, Any]:
    """Parameters in a POST body of any of the three kinds; an unreadable one gives no parameters, as in PHP."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _parse_json(body)
    if kind == "multipart/form-data":
        return _parse_multipart(body, content_type)
    return parse_query(body.decode("utf-8", "replace")) if body else {}


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body, parse_float=Decimal) if body.strip() else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    tree: dict[Any, Any] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None:
            content = part.get_payload(decode=True)
            put(tree, name, content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
    return {key: arrays(value) for key, value in tree.items()}
