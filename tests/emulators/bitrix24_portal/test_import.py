"""crm.item.import and crm.item.batchImport: ids only, each item by itself, events as the switch says."""

from typing import Any

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


def test_an_administrator_tells_when_and_by_whom_an_item_was_made(rest: Client) -> None:
    stamps = {"createdTime": "2020-01-02T10:00:00+03:00", "updatedTime": "2020-02-01T10:00:00+03:00", "createdBy": 3}
    got = rest.call(
        "crm.item.import", entityTypeId=2, fields={"title": "Старая", **stamps, "movedTime": "2020-01-05T10:00:00+03:00"}
    )
    item = rest.deal(got.result["item"]["id"])
    assert {name: item[name] for name in stamps} == stamps
    assert (item["movedTime"], item["updatedBy"]) == ("2020-01-05T10:00:00+03:00", 1)
    silent = rest.call("crm.item.add", entityTypeId=2, fields={"createdTime": "2020-01-02T10:00:00+03:00"}).result["item"]
    assert silent["createdTime"] != "2020-01-02T10:00:00+03:00", "only an import reads it"


@pytest.mark.parametrize(
    ("stamps", "text"),
    [
        (
            {"createdTime": "2019-12-31T10:00:00+03:00"},
            "Cannot import an item with a creation date earlier than already created",
        ),
        ({"createdTime": "2099-01-01T10:00:00+03:00"}, "Когда создан"),
        ({"updatedTime": "2099-01-01T10:00:00+03:00"}, "Когда обновлён"),
        ({"createdTime": "2020-02-02T00:00:00+03:00", "updatedTime": "2020-02-01T00:00:00+03:00"}, "Когда обновлён"),
        ({"createdTime": "2020-02-02T00:00:00+03:00", "movedTime": "2020-02-01T00:00:00+03:00"}, "Когда сменена стадия"),
        ({"createdBy": 77}, "Кем создан"),
    ],
)
def test_time_goes_one_way(rest: Client, stamps: dict[str, Any], text: str) -> None:
    rest.call("crm.item.import", entityTypeId=2, fields={"createdTime": "2020-01-01T10:00:00+03:00"})
    status, code, said = rest.call("crm.item.import", entityTypeId=2, fields=stamps).error
    assert (status, code, text in said) == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", True)
    assert len(rest.portal.state()["deals"]) == 1


def test_nobody_else_tells_it() -> None:
    with start_portal(limits=False, options=Options(exchange_user_is_admin=False)) as portal:
        client = Client(portal)
        got = client.call("crm.item.import", entityTypeId=2, fields={"createdBy": 2})
        assert got.error == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Некорректное значение поля "Кем создан"')
        client.close()
