"""Every open point of the facts has its switch, and every switch of an open point is turned in a test of the hub."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from uzel.emulators.bitrix24_portal import Options

ROOT = Path(__file__).parents[3]
FACTS = (ROOT / "docs/facts/bitrix24-rest.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/reference/portal-emulator.md").read_text(encoding="utf-8")
OPTIONS = {one.name for one in fields(Options)}
#: rows of the tables of switches that end with a mark like [open]
OPEN = re.findall(r"^\| `(\w+)` \|.*\[(?:open|\?|the pages? |both |not documented|the sample )[^\]]*\]", PAGE, re.MULTILINE)
#: the hub binds no page to a place of the portal
NOT_OF_THE_HUB = {"placement_bind_twice"}


def test_every_mark_of_the_facts_names_its_switches() -> None:
    for mark in re.finditer(r"\[\?\]", FACTS):
        named = re.match(r"\[\?\] \(((?:`\w+`(?:, )?)+)\)", FACTS[mark.start() :].replace("\n", " "))
        assert named, FACTS[max(0, mark.start() - 80) : mark.end() + 20]
        assert set(re.findall(r"`(\w+)`", named[1])) <= set(OPEN), named[1]


def test_every_point_to_be_seen_on_a_live_portal_names_its_switch() -> None:
    points = FACTS.split("## M. ")[1].split(";")
    assert len(points) > 5
    for point in points:
        assert set(re.findall(r"\(`(\w+)`\)", point)) & set(OPEN), point


@pytest.mark.parametrize("switch", sorted(set(OPEN) - NOT_OF_THE_HUB))
def test_the_hub_is_run_with_the_switch_turned(switch: str) -> None:
    assert switch in OPTIONS
    turned = re.compile(rf"\b{switch}(=|\": )(?!{re.escape(repr(getattr(Options(), switch)))}\b)")
    tests = [path for side in ("flows", "stories", "bitrix24") for path in (ROOT / "tests" / side).rglob("*.py")]
    assert any(turned.search(path.read_text(encoding="utf-8")) for path in tests)
