"""Walks through a long list by ``>id`` without counting: every item once, and no page reads those before it."""

from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal.records import Item
from uzel.emulators.bitrix24_portal.store import Items


def titles(rest: Client, **params: Any) -> list[str]:
    listed = rest.call("crm.item.list", **{"entityTypeId": 2, "order": {"id": "ASC"}, "select": ["id", "title"], **params}).json
    assert (listed["total"], "next" in listed) == (0, False), "nobody counts"
    return [one["title"] for one in listed["result"]["items"]]


def test_a_walk_meets_every_item_once(rest: Client) -> None:
    rest.batch({f"c{number}": f"crm.deal.add?fields[TITLE]={number}" for number in range(50)})
    rest.batch({f"c{number}": f"crm.deal.add?fields[TITLE]={50 + number}" for number in range(30)})
    for gone in (1, 50, 51):
        rest.call("crm.deal.delete", id=gone)
    first = titles(rest, filter={">id": 0}, start=-1)
    second = titles(rest, filter={">id": 53}, start=-1)
    assert (first[0], first[-1], len(first)) == ("1", "52", 50)
    assert second == [str(number) for number in range(53, 80)]
    assert titles(rest, filter={">id": 60, "%title": "7"}, start=-1) == ["67", *(str(number) for number in range(70, 80))]
    assert titles(rest, filter={">id": 99}, start=-1) == []
    assert titles(rest, filter={">id": 0}, start=-1, order={"id": "DESC"})[0] == "79"


@pytest.mark.parametrize("method", ["crm.item.list", "crm.deal.list"])
def test_a_page_that_is_counted_counts_all(rest: Client, method: str) -> None:
    rest.batch({f"c{number}": "crm.deal.add?fields[TITLE]=x" for number in range(50)})
    rest.add_deal(title="x")
    listed = rest.call(method, entityTypeId=2, filter={">id" if "item" in method else ">ID": 0}).json
    assert (listed["total"], listed["next"]) == (51, 50)


def test_selected_fields_stand_alone(rest: Client) -> None:
    rest.add_field("UF_CRM_UZEL_FLAG", "boolean")
    rest.add_deal(title="x", UF_CRM_UZEL_FLAG="Y", originId="7")
    select = ["TITLE", "ufCrmUzelFlag", "originId", "title", "nothing"]
    (shown,) = rest.call("crm.item.list", entityTypeId=2, select=select).result["items"]
    assert shown == {"id": 1, "title": "x", "ufCrmUzelFlag": "Y", "originId": "7"}


def test_items_after_an_id() -> None:
    table = Items()
    for number in (5, 2, 9):
        table.put(Item(2, number, {"id": number}))
    table.put(Item(2, 5, {"id": 5, "title": "new"}))
    assert [one.id for one in table] == [2, 5, 9]
    assert [one.id for one in table.after(2)] == [5, 9]
    table.remove(5)
    table.remove(5)
    assert [one.id for one in table.after(0)] == [2, 9]
    assert list(table.after(9)) == []
