"""The chain of the demo: what each of its bases is, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shop:
    """A 1C base of the chain and the parameters of its exchange node. ``options`` are knobs of the emulated base."""

    code: str
    title: str
    profile: str
    receives_changes: bool = False
    catalog_source: bool = False
    encoding: str = "utf-8"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def login(self) -> str:
        """The base's login at the exchange page."""
        return f"1c-{self.code}"

    @property
    def password(self) -> str:
        """A password of the demo alone."""
        return f"demo-{self.code}"


SHOPS: tuple[Shop, ...] = (
    Shop("tverskaya", "Тверская", "unf", receives_changes=True, catalog_source=True, options={"subordinate_documents": True}),
    Shop("arbat", "Арбат", "unf"),
    Shop("sokol", "Сокол", "ut", options={"split_bytes": 40_000}),
    Shop("nevsky", "Невский", "bitrix", receives_changes=True, encoding="windows-1251", options={"version": "3.1"}),
    Shop(
        "online", "Интернет-магазин", "bitrix", encoding="windows-1251", options={"version": "2.09", "encoding": "windows-1251"}
    ),
)

#: Status table of the nodes whose bases give status codes: code, name, stage of the portal's default pipeline.
STAGES: tuple[tuple[str, str, str], ...] = (
    ("N", "Принят", "NEW"),
    ("W", "В работе", "PREPARATION"),
    ("P", "К отгрузке", "EXECUTING"),
    ("F", "Выполнен", "WON"),
)
