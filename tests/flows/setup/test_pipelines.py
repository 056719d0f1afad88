"""A pipeline for a base, and the stages that status tables name, over real HTTP."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.portal_town import NOW, ORDER, Hub, open_hub
from uzel.bitrix24.setup_plan import Kind
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.build_portal import WaitError
from uzel.flows.setup.pipelines import make_pipeline, missing_stages
from uzel.hub.models import MadeInPortal

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        found.node.stages = [["N", "Принят", "NEW"], ["A", "Собран", "PACKED"], ["F", "Выполнен", "WON"]]
        found.node.save()
        yield found


def make(hub: Hub, now: dt.datetime = NOW) -> int:
    with open_line(hub.portal) as client:
        return make_pipeline(hub.portal, client, hub.node, now)


def call(hub: Hub, method: str, **params: Any) -> Any:
    with open_line(hub.portal) as client:
        return client.call(method, params, repeatable=True).result


def missing(hub: Hub) -> dict[str, tuple[str, ...]]:
    with open_line(hub.portal) as client:
        return missing_stages(hub.portal, client)


def test_stages_that_the_portal_does_not_have_are_named(hub: Hub) -> None:
    assert missing(hub) == {"shop": ("PACKED",)}


def test_a_pipeline_has_every_stage_of_the_table_and_orders_go_there(hub: Hub) -> None:
    made = make(hub)
    stages = [one["STATUS_ID"] for one in call(hub, "crm.status.list") if one["ENTITY_ID"] == f"DEAL_STAGE_{made}"]
    assert f"C{made}:PACKED" in stages
    row = MadeInPortal.objects.get(kind=Kind.PIPELINE)
    assert (row.name, row.entity_id, row.made_at) == ("shop", made, NOW)
    assert missing(hub) == {"shop": ()}
    hub.receive(ORDER)
    hub.drain()
    assert (hub.deals()[0]["categoryId"], hub.deals()[0]["stageId"]) == (made, f"C{made}:NEW")


def test_made_twice_it_is_one(hub: Hub) -> None:
    first = make(hub)
    hub.emulator.forget_calls()
    assert make(hub) == first
    assert hub.writes() == 0


def test_a_pipeline_whose_answer_was_lost_is_found_by_our_key(hub: Hub) -> None:
    hub.emulator.faults.arm("lose_answer", method="crm.category.add")
    with pytest.raises(Exception, match=r"."):
        make(hub)
    made = make(hub)
    named = [one["id"] for one in call(hub, "crm.category.list", entityTypeId=2)["categories"] if one.get("originId") == "shop"]
    assert named == [made]
    assert MadeInPortal.objects.get(kind=Kind.PIPELINE).entity_id == made


def test_a_create_that_may_still_be_running_is_not_sent_again(hub: Hub) -> None:
    asked = NOW - dt.timedelta(seconds=EXECUTION_LIMIT_S - 1)
    MadeInPortal.objects.create(portal=hub.portal, kind=Kind.PIPELINE, name="shop", title="Воронка", asked_at=asked)
    with pytest.raises(WaitError, match="через минуту"):
        make(hub)
    assert make(hub, NOW + dt.timedelta(seconds=2)) > 0


def test_stages_named_in_full_belong_to_their_own_pipeline() -> None:
    with open_hub(stages=[["N", "Принят", "C77:NEW"]]) as hub:
        made = make(hub)
        assert missing(hub) == {"shop": ("C77:NEW",)}
        hub.node.refresh_from_db()
        assert hub.node.category_id == made
