"""``uzel portal setup`` as a person types it."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.utils import timezone

from uzel.cli import main
from uzel.emulators.bitrix24_portal import RunningPortal, start_portal
from uzel.flows.portal.connect_portal import connect
from uzel.flows.setup.hand_work import HAND_WORK
from uzel.hub.models import MadeInPortal, Node, Portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def emulator() -> Iterator[RunningPortal]:
    with start_portal(limits=False) as found:
        portal, _ = connect(found.webhook, speed=1000.0)
        Node.objects.create(code="shop", title="Тверская", login="shop", password_hash="x", portal=portal)
        yield found


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(("portal", "setup", *words)) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


@pytest.mark.usefixtures("emulator")
def test_a_plan_is_printed_and_nothing_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert "создать" in run(capsys, "--plan", "--lists-only")
    steps = json.loads(run(capsys, "--plan", "--lists-only", "--json"))
    assert {"action": "create", "kind": "deal_field", "name": "UF_CRM_UZEL_PAID"}.items() <= next(
        step for step in steps if step["name"] == "UF_CRM_UZEL_PAID"
    ).items()
    assert not MadeInPortal.objects.exists()


@pytest.mark.usefixtures("emulator")
def test_setting_up_says_what_is_left_for_hands_and_can_be_undone(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "--lists-only")
    for what, how in HAND_WORK:
        assert what in printed
        assert how in printed
    assert "Оплачен" in printed
    run(capsys, "--undo")
    assert not MadeInPortal.objects.exists()


@pytest.mark.usefixtures("emulator")
def test_a_base_gets_a_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--pipeline", "shop")
    assert Node.objects.get().category_id == MadeInPortal.objects.get().entity_id
    assert "нет базы с кодом «lost»" in run(capsys, "--pipeline", "lost", code=2)


@pytest.mark.usefixtures("emulator")
def test_yes_means_nothing_without_undo(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--undo" in run(capsys, "--yes", code=2)


def test_what_stays_is_an_exit_code(capsys: pytest.CaptureFixture[str], emulator: RunningPortal) -> None:
    run(capsys, "--lists-only")
    emulator.manager_create(2, {"title": "Заказ", "UF_CRM_UZEL_PROMO": "ЛЕТО"})
    assert "убрано не всё" in run(capsys, "--undo", code=2)


def test_without_a_portal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "uzel portal connect" in run(capsys, code=2)
    assert not Portal.objects.exists()


@pytest.mark.usefixtures("emulator")
def test_a_pipeline_that_may_still_be_made_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    portal = Portal.objects.get()
    soon = timezone.now() + dt.timedelta(minutes=1)
    MadeInPortal.objects.create(portal=portal, kind="pipeline", name="shop", title="Воронка", asked_at=soon)
    assert "через минуту" in run(capsys, "--pipeline", "shop", code=2)
