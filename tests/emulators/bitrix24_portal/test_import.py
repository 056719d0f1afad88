"""crm.item.import and crm.item.batchImport: ids only, each item by itself, events as the switch says."""

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, start_portal


def test_one_item_is_imported_and_its_id_is_all_that_is_told(rest: Client) -> None:
    got = rest.call("crm.item.import", entityTypeId=2, fields={"title": "Старая", "opportunity": "10"})
    assert list(got.result["item"]) == ["id"]
    item = rest.call("crm.item.get", entityTypeId=2, id=got.result["item"]["id"]).result["item"]
    assert (item["title"], item["stageId"]) == ("Старая", "NEW")


def test_many_items_fail_each_by_itself(rest: Client) -> None:
    data = [{"title": "Первая"}, {"title": "Вторая", "stageId": "NO_SUCH"}, {"title": "Третья"}]
    first, second, third = rest.call("crm.item.batchImport", entityTypeId=2, data=data).result["items"]
    assert first["item"]["id"] < third["item"]["id"]
    assert second["error"]
    assert len(rest.portal.state()["deals"]) == 2


def test_more_than_twenty_are_refused(rest: Client) -> None:
    got = rest.call("crm.item.batchImport", entityTypeId=2, data=[{"title": "x"}] * 21)
    assert got.error[:2] == (400, "MAX_IMPORT_BATCH_SIZE_EXCEEDED")
    assert rest.portal.state()["deals"] == []


def test_without_the_right_nothing_is_imported() -> None:
    options = Options(exchange_user_is_admin=False, exchange_user_rights={"import": "none"})
    with start_portal(limits=False, options=options) as portal:
        client = Client(portal)
        assert client.call("crm.item.import", entityTypeId=2, fields={"title": "x"}).error[1] == "ACCESS_DENIED"
        assert portal.state()["deals"] == []
        client.close()


def test_each_item_costs() -> None:
    with start_portal(speed=100) as portal:
        client = Client(portal)
        client.call("crm.item.import", entityTypeId=2, fields={"title": "x"})
        got = client.call("crm.item.batchImport", entityTypeId=2, data=[{"title": "x"}] * 5)
        assert got.json["time"]["operating"] == pytest.approx(5 * 0.2)
        client.close()
