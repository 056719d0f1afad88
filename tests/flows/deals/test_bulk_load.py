"""Orders of a node whose robots must not run go in by import; all else is as with any order."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.hub.models import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["import fires events", "import is silent"])
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(Options(import_fires_events=request.param), bulk_load=True) as found:
        yield found


def test_a_new_order_is_imported_and_its_changes_are_updates(hub: Hub) -> None:
    hub.receive(ORDER)
    taken = hub.drain().taken
    assert (taken["bulk_orders"], taken["new_orders"]) == (1, 0)
    commands = hub.commands()
    assert (commands["crm.item.import"], commands.get("crm.item.add", 0)) == (1, 0)
    (deal,) = hub.deals()
    assert (deal["originId"], deal["comments"], len(deal["rows"])) == ("doc-1", "Позвонить", 2)
    assert hub.row().deal_id == deal["id"]
    hub.emulator.forget_calls()
    hub.sweep()
    assert hub.drain().pieces == 0, "our own import is no news"
    hub.receive(moved(ORDER, comment="Не звонить"))
    hub.drain()
    assert hub.commands()["crm.item.update"] == 1
    assert hub.deals()[0]["comments"] == "Не звонить"
    assert not Conflict.objects.exists()


@pytest.mark.parametrize("stop", [False, True])
def test_an_import_whose_answer_was_lost_is_found_and_not_repeated(hub: Hub, stop: bool) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("lose_answer", method="crm.item.import", stop_batch=stop)
    hub.drain()
    assert (hub.row().deal_id, hub.delivery().outcome_unknown) == (None, True)
    hub.pass_time(70)
    hub.drain()
    (deal,) = hub.deals()
    assert (deal["id"], len(deal["rows"])) == (hub.row().deal_id, 2)
    assert not Conflict.objects.exists()


def test_an_import_whose_rows_were_refused_is_remembered_and_gets_them_later(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("fail_next", status=500, method="crm.item.productrow.set")
    hub.drain()
    hub.pass_time(70)
    hub.drain()
    (deal,) = hub.deals()
    assert (deal["id"], len(deal["rows"])) == (hub.row().deal_id, 2)
    assert not Conflict.objects.exists()


def test_a_refused_import_is_an_attempt(hub: Hub) -> None:
    hub.node.stages = [["N", "Принят", "NO_SUCH_STAGE"]]
    hub.node.save()
    hub.receive(replace(ORDER, counterparty=replace(ORDER.counterparty)))
    hub.drain()
    assert (hub.delivery().attempts, hub.deals()) == (1, [])
