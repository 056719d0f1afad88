"""Parameters of a command as a query string with PHP brackets (bitrix24-rest B4).

``{"fields": {"PHONE": [{"VALUE": "+7"}]}}`` becomes ``fields[PHONE][0][VALUE]=%2B7``. Values are percent-encoded, references
like ``$result[deal][item][id]`` too: the portal decodes them before it looks for references.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

DEEPEST_LEVEL = 16  # brackets in one name; a deeper structure is a mistake of ours


def encode(params: Mapping[str, Any]) -> str:
    """The query string. None and empty mappings are dropped; an empty list is sent as an empty value, which clears a field."""
    return "&".join(f"{name}={quote(text, safe='')}" for name, text in _pairs("", params, 0))


def plain(value: Any) -> Any:
    """The same parameters for a JSON body, under the same rules: yes is ``Y``, a Decimal is a plain text, None is dropped."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value if inner is not None]
    return value if isinstance(value, int) and not isinstance(value, bool) else scalar(value)


def scalar(value: Any) -> str:
    """One value as text. A float is refused: money is Decimal, and nothing else of ours has a fraction."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"no parameter of the portal: {type(value).__name__}")


def _pairs(prefix: str, value: Any, level: int) -> Iterator[tuple[str, str]]:
    if level > DEEPEST_LEVEL:
        raise ValueError("parameters are nested too deep")
    if isinstance(value, Mapping):
        yield from _of_items(prefix, ((str(name), inner) for name, inner in value.items()), level)
    elif isinstance(value, list | tuple) and value:
        kept = [inner for inner in value if inner is not None]
        yield from _of_items(prefix, ((str(place), inner) for place, inner in enumerate(kept)), level)
    elif value is not None:
        yield prefix, "" if isinstance(value, list | tuple) else scalar(value)


def _of_items(prefix: str, items: Iterator[tuple[str, Any]], level: int) -> Iterator[tuple[str, str]]:
    for name, inner in items:
        if "[" in name or "]" in name or not name:
            raise ValueError("a name of a parameter is empty or has a bracket")
        safe = quote(name, safe="")
        yield from _pairs(f"{prefix}[{safe}]" if prefix else safe, inner, level + 1)
