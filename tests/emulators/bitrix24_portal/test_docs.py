"""The page of the documentation names every switch, method, fault and function."""

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal
from uzel.emulators.bitrix24_portal.faults import KINDS
from uzel.emulators.bitrix24_portal.methods import METHODS

PAGE = (Path(__file__).parents[3] / "docs/reference/portal-emulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [one.name for one in fields(Options)])
def test_every_option_is_described(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", sorted(method.name for method in METHODS.values()))
def test_every_method_is_listed(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_fault_is_described(kind: str) -> None:
    assert f"| `{kind}` |" in PAGE


@pytest.mark.parametrize("name", list(inspect.signature(start_portal).parameters))
def test_every_argument_is_described(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", sorted(name for name in vars(RunningPortal) if not name.startswith("_")))
def test_everything_a_portal_gives_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE or f"`{name}(" in PAGE
