"""Stages that status tables name, made by the set-up in pipelines that are there: shared, default or a base's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, Hub, in_a_hurry, moved, open_hub
from uzel.bitrix24.setup_plan import Action, Kind
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.pipelines import make_pipeline
from uzel.flows.setup.set_up_portal import Check, plan_setup, set_up
from uzel.flows.setup.undo_setup import undo_setup
from uzel.hub.models import MadeInPortal, Node

pytestmark = pytest.mark.django_db
TABLE = [["N", "Принят", "NEW"], ["Q", "На складе", "WAREHOUSE"], ["@canceled", "Отказ", "REFUSED"], ["F", "Выполнен", "WON"]]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        name_stages(found, TABLE)
        yield found


def name_stages(hub: Hub, table: list[list[str]]) -> None:
    """Give the base its table after the portal was set up without it."""
    hub.node.stages = table
    hub.node.save()


def stages_of(hub: Hub, directory: str = "DEAL_STAGE") -> list[tuple[str, str, str]]:
    """Code, name and group of the stages of a pipeline in their order."""
    found = [one for one in hub.emulator.state()["statuses"] if one["ENTITY_ID"] == directory]
    return [(one["STATUS_ID"], one["NAME"], one["SEMANTICS"] or "") for one in sorted(found, key=lambda one: int(one["SORT"]))]


def set_up_stages(hub: Hub) -> list[Check]:
    with in_a_hurry(hub.portal):
        return [one for one in set_up(hub.portal) if one.what.startswith("Стадия")]


def deals_stage(hub: Hub) -> tuple[str, str]:
    return hub.deals()[0]["stageId"], hub.deals()[0]["stageSemanticId"]


def test_stages_of_the_default_pipeline_are_made_in_their_order_and_groups(hub: Hub) -> None:
    planned = {step.name: step.action for step in plan_setup(hub.portal) if step.kind == Kind.STAGE}
    assert [name for name, action in planned.items() if action == Action.CREATE] == ["WAREHOUSE", "REFUSED"]
    assert all(one.passed for one in set_up_stages(hub))
    made = stages_of(hub)
    assert [code for code, _, _ in made].index("WAREHOUSE") == [code for code, _, _ in made].index("WON") - 1
    assert [one for one in made if one[0] in planned][-2:] == [("WON", "Сделка успешна", "S"), ("REFUSED", "Отказ", "F")]
    hub.receive(moved(ORDER, status="Q"))
    hub.drain()
    assert deals_stage(hub) == ("WAREHOUSE", "P")
    hub.receive(moved(ORDER, status="@canceled"))
    hub.pass_time(300)
    hub.drain()
    assert deals_stage(hub) == ("REFUSED", "F")


def test_set_up_again_it_makes_nothing(hub: Hub) -> None:
    set_up_stages(hub)
    hub.emulator.forget_calls()
    assert {one.outcome for one in set_up_stages(hub)} == {"есть"}
    assert "crm.status.add" not in hub.commands()


def test_a_stage_whose_answer_was_lost_is_found_and_known_as_ours(hub: Hub) -> None:
    hub.emulator.faults.arm("lose_answer", method="crm.status.add")
    set_up_stages(hub)
    assert all(one.passed for one in set_up_stages(hub))
    assert [code for code, _, _ in stages_of(hub)].count("WAREHOUSE") == 1
    rows = MadeInPortal.objects.filter(kind=Kind.STAGE, made_at__isnull=False)
    assert set(rows.values_list("name", flat=True)) == {"WAREHOUSE", "REFUSED"}


def test_two_bases_of_one_pipeline_get_the_stages_of_both(hub: Hub) -> None:
    with open_line(hub.portal) as client:
        shared = client.call("crm.category.add", {"entityTypeId": 2, "fields": {"name": "Опт"}}).result["category"]["id"]
    Node.objects.filter(pk=hub.node.pk).update(category_id=shared)
    other = [["N", "Принят", "NEW"], ["Z", "В пути", "ZZZ"], ["Q", "Иначе", "WAREHOUSE"]]
    Node.objects.create(
        code="arbat", title="Арбат", login="arbat", password_hash="x", portal=hub.portal, category_id=shared, stages=other
    )
    assert all(one.passed for one in set_up_stages(hub))
    names = {code: name for code, name, _ in stages_of(hub, f"DEAL_STAGE_{shared}")}
    assert (names[f"C{shared}:ZZZ"], names[f"C{shared}:WAREHOUSE"]) == ("В пути", "На складе")


@pytest.mark.parametrize(
    ("stage", "why"), [("C77:NEW", "воронки 77 в портале нет"), ("Склад", "в коде стадии могут быть латинские буквы")]
)
def test_what_cannot_be_made_says_why_and_stops_nothing_else(stage: str, why: str) -> None:
    with open_hub() as hub:
        name_stages(hub, [["N", "Принят", stage], ["Q", "На складе", "WAREHOUSE"]])
        failed = [one for one in set_up_stages(hub) if not one.passed]
        assert [one.outcome.startswith(why) for one in failed] == [True]
        assert "WAREHOUSE" in {code for code, _, _ in stages_of(hub)}


def undo(hub: Hub) -> dict[str, tuple[bool, str]]:
    with in_a_hurry(hub.portal):
        return {one.title: (one.removed, one.text) for one in undo_setup(hub.portal, with_data=True)}


def test_an_undo_removes_what_was_made_but_never_a_stage_with_deals(hub: Hub) -> None:
    set_up_stages(hub)
    hub.receive(moved(ORDER, status="Q"))
    hub.drain()
    told: dict[str, Any] = undo(hub)
    assert told["Стадия REFUSED «Отказ» общей воронки"] == (True, "удалено")
    left = "на ней есть сделки: 1; перенесите их на другую стадию и повторите"
    assert told["Стадия WAREHOUSE «На складе» общей воронки"] == (False, left)
    assert {"WAREHOUSE", "NEW", "WON"} <= {code for code, _, _ in stages_of(hub)}


def test_a_pipeline_of_its_own_goes_with_the_stages_made_in_it(hub: Hub) -> None:
    with open_line(hub.portal) as client:
        made = make_pipeline(hub.portal, client, hub.node, hub.now)
    assert MadeInPortal.objects.filter(kind=Kind.STAGE).count() == 2
    told = undo(hub)
    assert told["Воронка «Тверская»"] == (True, "удалено")
    assert told[f"Стадия C{made}:WAREHOUSE «На складе» воронки {made}"] == (True, "удалено")
