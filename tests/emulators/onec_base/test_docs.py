"""docs/reference/base-emulator.md says what the code does."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.faults import FILE_FAULTS, REQUEST_FAULTS, STEPS
from uzel.emulators.onec_base.profiles import PROFILES, Settings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "base-emulator.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    assert rows
    return rows


def cell(value: Any) -> str:
    if isinstance(value, tuple):
        return str(len(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value in ("", None) else f"{value:g}" if isinstance(value, float) else str(value)


def test_every_setting_is_told_with_the_default_of_each_profile() -> None:
    names = [item.name for item in fields(Settings) if item.name != "profile"]
    expected = [
        [f"`{name}`", *(cell(getattr(PROFILES[profile], name)) for profile in ("unf", "ut", "bitrix"))] for name in names
    ]
    assert [row[:4] for row in rows_of("Settings")] == expected
    assert all(row[4] for row in rows_of("Settings"))


def test_every_fault_is_told() -> None:
    expected = [[f"`{name}`", "yes"] for name in REQUEST_FAULTS] + [[f"`{name}`", ""] for name in FILE_FAULTS]
    assert [row[:2] for row in rows_of("Faults")] == expected
    assert all(f"`{step}`" in PAGE for step in STEPS)


def test_every_public_call_of_a_base_is_told() -> None:
    told = set(re.findall(r"`base\.(\w+)", PAGE))
    public = {name for name in vars(Base) if not name.startswith("_")}
    assert public | {"shop", "faults", "journal"} == told
