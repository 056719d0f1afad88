"""``uzel portal budget`` on limits as a drain leaves them."""

import datetime as dt
import json
import time
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, open_hub
from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.limits_kept import Rules
from uzel.bitrix24.operating import Spent
from uzel.cli import main
from uzel.hub.models import Portal

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(("portal", "budget", *words)) == 0
    return capsys.readouterr().out


def budget(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(run(capsys, "--json"))


def portal_with(governor: Governor, speed: float = 1.0) -> Portal:
    return Portal.objects.create(code="main", speed=speed, limits=governor.to_json())


def test_without_a_portal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("portal", "budget")) == 2
    assert "uzel portal connect" in capsys.readouterr().err


def test_a_portal_that_was_never_called_has_all_of_its_budget(capsys: pytest.CaptureFixture[str]) -> None:
    Portal.objects.create(code="main")
    found = budget(capsys)
    assert found["requests"] == {"level": 0.0, "burst": 50.0, "rate": 2.0, "usable": 45.0, "rejected": 0}
    assert found["methods"] == []
    assert "ещё не отвечал" in run(capsys)


def test_time_costs_refusals_and_blocks_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    governor = Governor(rules=Rules(requests=BucketRules(rate=5, burst=250)))
    for _ in range(40):
        ticket = governor.try_take(["crm.item.add"])
        governor.answered(ticket, [Spent("crm.item.add", seconds=0.55)])  # type: ignore[arg-type]
    governor.too_many_requests()
    until = governor.block("crm.item.update")
    portal_with(governor)
    found = budget(capsys)
    assert (found["requests"]["burst"], found["requests"]["rate"], found["requests"]["rejected"]) == (250, 5, 1)
    assert found["requests"]["level"] > 200  # refused, so it is full, whatever was believed
    add, update = found["methods"]
    assert (add["method"], add["spent_s"], add["limit_s"], add["learned"], add["blocked_until"]) == (
        "crm.item.add", 22.0, 480.0, True, None,
    )  # fmt: skip
    assert 0.5 < add["cost_s"] < 0.55
    assert (update["rejected"], update["learned"]) == (1, False)
    assert dt.datetime.fromisoformat(update["blocked_until"]).timestamp() == pytest.approx(until)
    told = run(capsys)
    assert "отказов по частоте" in told
    assert dt.datetime.fromtimestamp(until, dt.UTC).astimezone().strftime("%d.%m.%y %H:%M:%S") in told
    assert " 22 " in told


def test_what_is_free_again_is_not_shown_as_taken(capsys: pytest.CaptureFixture[str]) -> None:
    hour_ago = time.time() - 3600
    governor = Governor(clock=lambda: hour_ago)
    governor.answered(governor.take(["crm.item.add"]), [Spent("crm.item.add", seconds=1.0)])
    governor.block("crm.item.update")
    portal_with(governor)
    found = budget(capsys)
    assert found["requests"]["level"] == 0
    assert [(one["spent_s"], one["blocked_until"]) for one in found["methods"]] == [(0.0, None), (0.0, None)]
    assert [one["rejected"] for one in found["methods"]] == [0, 1]


def test_moments_of_an_emulated_portal_are_those_of_our_clock(capsys: pytest.CaptureFixture[str]) -> None:
    governor = Governor(speed=20)
    governor.block("crm.item.add")
    portal_with(governor, speed=20)
    (add,) = budget(capsys)["methods"]
    assert 0 < dt.datetime.fromisoformat(add["blocked_until"]).timestamp() - time.time() <= 30  # ten minutes, 20 times faster


def test_a_spoilt_state_is_a_fresh_one(capsys: pytest.CaptureFixture[str]) -> None:
    Portal.objects.create(code="main", limits=["spoilt"])
    assert budget(capsys)["methods"] == []


def test_a_drain_leaves_its_budget_to_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    with open_hub() as hub:
        hub.receive(ORDER)
        assert hub.drain().pieces == 1
        found = budget(capsys)
    methods = {one["method"]: one for one in found["methods"]}
    assert methods["crm.item.add"]["learned"]
    assert "crm.item.add" in run(capsys)
