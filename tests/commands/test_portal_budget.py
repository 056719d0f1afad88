"""``uzel portal budget`` on limits as a drain leaves them."""

import datetime as dt
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, open_hub
from uzel.bitrix24.learned import Settings
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.operating import Spent
from uzel.cli import main
from uzel.emulators.bitrix24_portal import Options, start_portal
from uzel.emulators.bitrix24_portal.options import ENTERPRISE
from uzel.flows.portal.connect_portal import connect
from uzel.hub.models import Portal

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(("portal", "budget", *words)) == 0
    return capsys.readouterr().out


def budget(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(run(capsys, "--json"))


def portal_with(governor: Governor, speed: float = 1.0, **settings: Any) -> Portal:
    return Portal.objects.create(code="main", speed=speed, limits=governor.to_json(), **settings)


def test_without_a_portal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("portal", "budget")) == 2
    assert "uzel portal connect" in capsys.readouterr().err


def test_a_portal_that_was_never_called_has_all_of_its_budget(capsys: pytest.CaptureFixture[str]) -> None:
    Portal.objects.create(code="main")
    found = budget(capsys)
    assert found["requests"] == {
        "level": 0.0, "burst": 50.0, "rate": 2.0, "usable": 45.0, "reserve": 3.0, "less_by_refusal": False, "rejected": 0,
    }  # fmt: skip
    assert found["plan"] == {"believed": "standard", "why": "default", "set": "auto", "licence": ""}
    assert found["operating"] == {"limit_s": 480.0, "usable_s": 470.4, "reserve": 0.0, "learned": False}
    assert [(one["kind"], one["due"], one["since"]) for one in found["work"][:3]] == [
        ("new_orders", 0, None), ("statuses", 0, None), ("changes", 0, None),
    ]  # fmt: skip
    assert found["methods"] == []
    assert "ещё не отвечал" in run(capsys)


def test_time_costs_refusals_and_blocks_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    governor = Governor(settings=Settings(plan="enterprise"))
    for _ in range(40):
        ticket = governor.try_take(["crm.item.add"])
        governor.answered(ticket, [Spent("crm.item.add", seconds=0.55)])  # type: ignore[arg-type]
    until = governor.block("crm.item.update")
    portal_with(governor, plan="enterprise")
    found = budget(capsys)
    assert (found["requests"]["burst"], found["requests"]["rate"], found["requests"]["rejected"]) == (250, 5, 0)
    assert (found["plan"]["believed"], found["plan"]["why"]) == ("enterprise", "hand")
    assert 30 < found["requests"]["level"] <= 40
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


def test_a_refusal_is_seen_in_what_is_believed(capsys: pytest.CaptureFixture[str]) -> None:
    governor = Governor(settings=Settings(plan="enterprise"))
    governor.take(["crm.item.get"])
    governor.too_many_requests()
    portal_with(governor, plan="enterprise")
    found = budget(capsys)
    assert (found["plan"]["believed"], found["plan"]["why"], found["requests"]["rejected"]) == ("standard", "refusal", 1)
    assert "отклонил запрос раньше" in run(capsys)
    assert main(("portal", "limits", "--plan", "enterprise")) == 0
    assert budget(capsys_cleared(capsys))["plan"]["believed"] == "enterprise", "a person knows better"


def test_what_waits_is_shown_by_kind_with_its_age_and_end(capsys: pytest.CaptureFixture[str]) -> None:
    with open_hub() as hub:
        hub.receive(*(replace(ORDER, document_id=f"doc-{n}", number=f"A-{n}") for n in range(40)))
        new, statuses, *_ = budget(capsys)["work"]
        assert (new["kind"], new["due"], new["postponed"], statuses["due"]) == ("new_orders", 40, 0, 0)
        assert new["since"]
        assert 5 <= new["seconds"] <= 60
        assert "новые заказы" in run(capsys)


@pytest.mark.parametrize(
    "words",
    [
        ("--reserve-requests", "-1"),
        ("--reserve-operating", "95"),
        ("--reserve-operating", "nan"),
        ("--probe", "--plan", "standard"),
    ],
)
def test_limits_that_make_no_sense_are_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    Portal.objects.create(code="main")
    assert main(("portal", "limits", *words)) == 2
    assert capsys.readouterr().err


def test_a_reserve_is_left_to_others(capsys: pytest.CaptureFixture[str]) -> None:
    Portal.objects.create(code="main")
    assert main(("portal", "limits", "--reserve-requests", "20", "--reserve-operating", "25")) == 0
    assert "оставлено 25 %" in capsys.readouterr().out
    found = budget(capsys)
    assert (found["requests"]["usable"], found["requests"]["reserve"], found["operating"]["usable_s"]) == (28.0, 20.0, 350.4)


@pytest.mark.parametrize(("options", "plan"), [(Options(), "standard"), (Options(**ENTERPRISE), "enterprise")])
def test_a_probe_finds_the_plan_for_one_refused_request_at_most(
    options: Options, plan: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with start_portal(options=options) as emulator:
        connect(emulator.webhook)
        assert main(("portal", "limits", "--probe")) == 0
        found = budget(capsys_cleared(capsys))
        assert (found["plan"]["believed"], found["plan"]["why"]) == (plan, "probe")
        assert found["requests"]["rejected"] <= (1 if plan == "standard" else 0)


def capsys_cleared(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    capsys.readouterr()
    return capsys
