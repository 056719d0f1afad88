"""Contacts of a deal one by one and as a set, comments of the timeline, the search of employees."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal


def fill(rest: Client) -> None:
    """A deal and three contacts."""
    for name in "АБВ":
        rest.call("crm.contact.add", fields={"NAME": name})
    rest.add_deal(title="Заказ")


def linked(rest: Client) -> list[tuple[int, int, str]]:
    items = rest.call("crm.deal.contact.items.get", id=1).result
    return [(one["CONTACT_ID"], one["SORT"], one["IS_PRIMARY"]) for one in items]


def test_contacts_come_and_go_one_by_one(rest: Client) -> None:
    fill(rest)
    assert linked(rest) == []
    assert rest.call("crm.deal.contact.add", id=1, fields={"CONTACT_ID": 1}).result is True
    assert rest.call("crm.deal.contact.add", id=1, fields={"CONTACT_ID": 1}).result is False
    assert rest.call("crm.deal.contact.add", id=1, fields={"CONTACT_ID": 2, "IS_PRIMARY": "Y"}).result is True
    assert linked(rest) == [(2, 10, "Y"), (1, 20, "N")]
    assert (rest.deal(1)["contactId"], rest.deal(1)["contactIds"]) == (2, [2, 1])
    assert rest.call("crm.deal.contact.delete", id=1, fields={"CONTACT_ID": 2}).result is True
    assert rest.call("crm.deal.contact.delete", id=1, fields={"CONTACT_ID": 2}).result is False
    assert linked(rest) == [(1, 10, "Y")]
    assert rest.call("crm.deal.contact.items.delete", id=1).result is True
    assert linked(rest) == []
    assert rest.call("crm.deal.contact.fields").result["CONTACT_ID"]["isRequired"] is True


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"CONTACT_ID": 3}, {"CONTACT_ID": 1}], [3, 1]),
        ([{"CONTACT_ID": 3, "SORT": 300}, {"CONTACT_ID": 1, "SORT": 20}, {"CONTACT_ID": 2, "SORT": 10}], [3, 2, 1]),
        ([{"CONTACT_ID": 3}, {"CONTACT_ID": 1, "IS_PRIMARY": "Y"}, {"CONTACT_ID": 2, "IS_PRIMARY": "Y"}], [1, 3, 2]),
        ([{"CONTACT_ID": 2}, {"CONTACT_ID": 2}], [2]),
        ([], []),
    ],
)
def test_the_whole_set_is_replaced(rest: Client, items: list[dict[str, Any]], expected: list[int]) -> None:
    fill(rest)
    rest.call("crm.deal.contact.add", id=1, fields={"CONTACT_ID": 1})
    assert rest.call("crm.deal.contact.items.set", id=1, items=items).result is True
    assert [one[0] for one in linked(rest)] == expected


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("add", {"fields": {"CONTACT_ID": 1}}, "The parameter 'ownerEntityID' is invalid or not defined."),
        ("add", {"id": 1, "fields": "x"}, "The parameter 'fields' must be array."),
        ("delete", {"id": 1}, "The parameter 'item' must be array."),
        ("add", {"id": 9, "fields": {"CONTACT_ID": 1}}, "Not found."),
        ("add", {"id": 1, "fields": {}}, "The parameter 'fields' is not valid."),
        ("add", {"id": 1, "fields": {"CONTACT_ID": 99}}, "The parameter 'fields' is not valid."),
        ("items.set", {"id": 1, "items": "x"}, "The parameter items must be array."),
    ],
)
def test_what_is_wrong_with_a_link(rest: Client, method: str, params: dict[str, Any], text: str) -> None:
    fill(rest)
    assert rest.call(f"crm.deal.contact.{method}", **params).error == (400, "", text)
    assert linked(rest) == []


def test_a_manager_links_contacts_of_his_own_deals_only(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False, options=Options(manager_rights="own"))
    fill(rest)
    manager = Client(portal, portal.webhook_of(2))
    link = {"id": 1, "fields": {"CONTACT_ID": 1}}
    assert manager.call("crm.deal.contact.add", **link).error == (400, "ACCESS_DENIED", "Access denied!")
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"assignedById": 2})
    assert manager.call("crm.deal.contact.add", **link).result is True
    manager.close()


def test_a_comment_is_read_changed_and_deleted(rest: Client) -> None:
    fill(rest)
    number = rest.call("crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "а"}).result
    assert (
        rest.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "б"}, ownerTypeId=2, ownerId=1).result == number
    )
    shown = rest.call("crm.timeline.comment.get", id=number).result
    assert (shown["COMMENT"], shown["ENTITY_TYPE"], shown["AUTHOR_ID"], shown["FILES"]) == ("б", "deal", "1", [])
    assert rest.call("crm.timeline.comment.update", id=number, fields={"COMMENT": ""}).error[1] == "INVALID_ARG_VALUE"
    assert rest.call("crm.timeline.comment.delete", id=number, ownerTypeId=2, ownerId=7).error[1] == "OWNER_NOT_FOUND"
    assert rest.call("crm.timeline.comment.delete", id=number).result is None
    assert rest.call("crm.timeline.comment.delete", id=number).error == (400, "NOT_FOUND", "Not found.")
    assert rest.call("crm.timeline.comment.get", id=number).error == (400, "", "Not found.")
    assert rest.call("crm.timeline.comment.get").error == (400, "", "ID is not defined or invalid.")


def test_a_comment_of_a_deal_one_may_not_see(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False, options=Options(manager_rights="own"))
    fill(rest)
    number = rest.call("crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "а"}).result
    manager = Client(portal, portal.webhook_of(2))
    assert manager.call("crm.timeline.comment.get", id=number).error == (400, "", "Access denied.")
    assert manager.call("crm.timeline.comment.delete", id=number).error[1] == "ACCESS_DENIED"
    manager.close()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"FIND": "соко"}, ["2"]),
        ({"FIND": "Анна Сок"}, ["2"]),
        ({"FIND": "кол"}, []),
        ({"FIND": "Менедж"}, ["2", "3", "4", "5"]),
        ({"LAST_NAME": "Мель"}, ["3"]),
        ({"NAME": "Анна", "LAST_NAME": "Мель"}, []),
    ],
)
def test_employees_are_found_by_beginnings(rest: Client, wanted: dict[str, str], found: list[str]) -> None:
    assert [one["ID"] for one in rest.call("user.search", FILTER=wanted).result] == found
