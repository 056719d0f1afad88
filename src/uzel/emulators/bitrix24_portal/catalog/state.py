"""The catalogue as plain data."""

from collections.abc import Iterable
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.store import Catalog
from uzel.emulators.bitrix24_portal.catalog.table import Entry


def everything(catalog: Catalog) -> dict[str, Any]:
    """Products of every type, sections, prices and their types, stocks, documents with their rows, pictures by name."""
    return {
        "products": _shown(catalog.products),
        "sections": _shown(catalog.sections),
        "prices": _shown(catalog.prices),
        "price_types": _shown(catalog.price_types),
        "stocks": _shown(catalog.stocks),
        "images": _shown(catalog.images),
        "documents": [
            one | {"elements": _shown(catalog.document_elements.having("docId", one["id"]))}
            for one in _shown(catalog.documents)
        ],
    }


def _shown(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Without what only filters compare and without the bytes of files."""
    return [
        {name: value for name, value in entry.items() if not name.endswith(":held") and name != "content"} for entry in entries
    ]
