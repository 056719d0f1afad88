"""Rights by kind of items and by action, the two kinds of administrators, and how each method words a refusal."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal
from uzel.emulators.bitrix24_portal.rights import Rights, level, may_catalog

Start = Callable[..., tuple[RunningPortal, Client]]
DENIED = (400, "ACCESS_DENIED", "Access denied")
OLD_DENIED = (400, "", "Access denied.")
FIELDS: dict[str, Any] = {"title": "новое", "name": "новое"}


@pytest.mark.parametrize(
    ("rights", "kind", "action", "wanted"),
    [
        ("own", 2, "read", "own"),
        ({}, 2, "read", "all"),
        ({"*": "none"}, 1030, "import", "none"),
        ({"*": "none", "update": "own"}, 4, "update", "own"),
        ({"update": "own", "company": "none"}, 4, "update", "none"),
        ({"company": "none", "company.update": "all"}, 4, "update", "all"),
        ({"item": "none", "item1030": "all"}, 1030, "read", "all"),
        ({"item": "none", "item1030": "all"}, 1032, "read", "none"),
        ({"item.read": "none", "item1030.update": "all"}, 1030, "read", "none"),
    ],
)
def test_the_more_exact_name_wins(rights: Rights, kind: int, action: str, wanted: str) -> None:
    assert level(rights, kind, action) == wanted


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [("edit", "read add update delete"), ("read", "read"), ("none", ""), ({"delete": "none"}, "read add update"),
     ({"*": "none", "read": "all"}, "read")],
)  # fmt: skip
def test_rights_to_the_catalogue(rights: Rights, allowed: str) -> None:
    assert [action for action in ("read", "add", "update", "delete") if may_catalog(rights, action)] == allowed.split()


@pytest.mark.parametrize(
    "changes",
    [{"manager_rights": {"deals": "own"}}, {"manager_rights": {"deal.see": "own"}}, {"exchange_user_rights": {"deal": "mine"}},
     {"manager_catalog": {"read": "own"}}, {"manager_catalog": {"import": "none"}}],
)  # fmt: skip
def test_what_is_no_right_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="names no right"):
        Options(**changes)


@pytest.fixture
def people(start: Start) -> Iterator[Callable[..., tuple[Client, Client]]]:
    """``people(rights)`` → the administrator and the manager 2, with his item 1 and another's 2 of each kind."""
    managers: list[Client] = []

    def begin(rights: Rights, **options: Any) -> tuple[Client, Client]:
        portal, rest = start(limits=False, options=Options(manager_rights=rights, **options))
        for kind in (2, 3, 4):
            for responsible in (2, 3):
                rest.call("crm.item.add", entityTypeId=kind, fields={**FIELDS, "assignedById": responsible})
        managers.append(Client(portal, portal.webhook_of(2)))
        return rest, managers[-1]

    yield begin
    for one in managers:
        one.close()


#: action → how it is tried with an item of a kind
TRIED: dict[str, Callable[[Client, int, int], Any]] = {
    "read": lambda rest, kind, number: rest.call("crm.item.get", entityTypeId=kind, id=number),
    "update": lambda rest, kind, number: rest.call("crm.item.update", entityTypeId=kind, id=number, fields={"comments": "а"}),
    "add": lambda rest, kind, _: rest.call("crm.item.add", entityTypeId=kind, fields=FIELDS),
    "import": lambda rest, kind, _: rest.call("crm.item.import", entityTypeId=kind, fields=FIELDS),
    "delete": lambda rest, kind, number: rest.call("crm.item.delete", entityTypeId=kind, id=number),
}


@pytest.mark.parametrize("action", list(TRIED))
@pytest.mark.parametrize(("kind", "name"), [(2, "deal"), (3, "contact"), (4, "company")])
def test_each_action_of_each_kind_has_its_own_right(people: Any, kind: int, name: str, action: str) -> None:
    _, manager = people({f"{name}.{action}": "none"})
    for other in ("read", "update", "add", "import", "delete"):
        got = TRIED[other](manager, kind, 2)
        assert (got.error == DENIED) if other == action else got.status == 200
    neighbour = {2: 3, 3: 4, 4: 2}[kind]
    assert TRIED[action](manager, neighbour, 2).status == 200


@pytest.mark.parametrize("action", ["read", "update", "delete"])
def test_ones_own_only(people: Any, action: str) -> None:
    _, manager = people({action: "own"})
    assert TRIED[action](manager, 2, 2).error == DENIED
    assert TRIED[action](manager, 2, 1).status == 200


def test_lists_hold_what_may_be_read(people: Any) -> None:
    _, manager = people({"deal": "own", "contact": "none"})
    totals = [manager.call("crm.item.list", entityTypeId=kind).json["total"] for kind in (2, 3, 4)]
    assert totals == [1, 0, 2]
    assert [one["ID"] for one in manager.call("crm.deal.list").result] == ["1"]
    assert manager.call("crm.contact.list").error == OLD_DENIED


@pytest.mark.parametrize(
    ("right", "method", "params"),
    [
        ("read", "crm.deal.get", {"id": 2}),
        ("update", "crm.deal.update", {"id": 2, "fields": {}}),
        ("delete", "crm.deal.delete", {"id": 2}),
        ("add", "crm.deal.add", {"fields": {}}),
    ],
)
def test_the_old_methods_word_it_otherwise(people: Any, right: str, method: str, params: dict[str, Any]) -> None:
    _, manager = people({f"deal.{right}": "none"})
    assert manager.call(method, **params).error == OLD_DENIED


def test_what_belongs_to_an_item_asks_for_the_right_to_the_item(people: Any) -> None:
    rest, manager = people({"update": "none"})
    comment = rest.call("crm.timeline.comment.add", fields={"ENTITY_ID": 2, "ENTITY_TYPE": "deal", "COMMENT": "а"}).result
    requisite = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": 2, "PRESET_ID": 1, "NAME": "а"}
    number = rest.call("crm.requisite.add", fields=requisite).result
    rows = {"ownerType": "D", "ownerId": 2, "productRows": []}
    assert manager.call("crm.item.productrow.set", **rows).error == DENIED
    owner = {"=ownerType": "D", "=ownerId": 2}
    assert manager.call("crm.item.productrow.list", filter=owner).result == {"productRows": []}
    assert manager.call("crm.deal.contact.items.set", id=2, items=[]).error == OLD_DENIED
    assert manager.call("crm.deal.contact.items.get", id=2).result == []
    assert manager.call("crm.timeline.comment.get", id=comment).result["COMMENT"] == "а"
    assert manager.call("crm.timeline.comment.update", id=comment, fields={"COMMENT": "б"}).error[1] == "ACCESS_DENIED"
    assert manager.call("crm.requisite.get", id=number).result["NAME"] == "а"
    assert manager.call("crm.requisite.update", id=number, fields={"NAME": "б"}).error == OLD_DENIED
    assert manager.call("crm.requisite.add", fields=requisite).error == OLD_DENIED


def test_a_refusal_in_a_batch_is_of_one_command(people: Any) -> None:
    _, manager = people({"deal.update": "own"})
    command = "crm.item.update?entityTypeId=2&fields[comments]=a&id="
    done = manager.batch({"no": f"{command}2", "yes": f"{command}1"})
    assert list(done["result"]) == ["yes"]
    assert done["result_error"]["no"] == {"error": "ACCESS_DENIED", "error_description": "Access denied"}


@pytest.mark.parametrize(("observer_may", "changes"), [("read", False), ("change", True)])
def test_who_watches_sees_and_perhaps_changes(people: Any, observer_may: str, changes: bool) -> None:
    rest, manager = people("own", observer_may=observer_may)
    rest.call("crm.item.update", entityTypeId=2, id=2, fields={"observers": [2]})
    assert manager.call("crm.item.get", entityTypeId=2, id=2).status == 200
    got = manager.call("crm.item.update", entityTypeId=2, id=2, fields={"comments": "а"})
    assert (got.status == 200) is changes


def test_an_administrator_of_crm_is_not_one_of_the_portal(start: Start) -> None:
    options = Options(
        exchange_user_is_admin=False, exchange_user_is_crm_admin=True, exchange_user_rights="none", exchange_user_catalog="none"
    )
    portal, rest = start(limits=False, options=options)
    portal.manager_create(2)
    assert rest.deal(1)["assignedById"] == 2
    assert rest.add_field("UF_CRM_PROMO")["fieldName"] == "UF_CRM_PROMO"
    assert rest.call("crm.type.add", fields={"title": "Узлы"}).status == 200
    assert rest.call("crm.status.add", fields={"ENTITY_ID": "SOURCE", "STATUS_ID": "X", "NAME": "X"}).status == 200
    assert rest.call("user.admin").result is False
    assert rest.call("user.update", ID=2, NAME="Анна").error[1] == "ERROR_ACCESS_DENIED"
    assert rest.call("catalog.product.list", select=["id", "iblockId"], filter={"iblockId": 23}).error[1] == "200040300010"
    assert portal.state()["users"][0]["isCrmAdmin"] is True


def test_the_catalogue_by_action(start: Start) -> None:
    options = Options(exchange_user_is_admin=False, exchange_user_catalog={"delete": "none", "update": "none"})
    _, rest = start(limits=False, options=options)
    made = rest.call("catalog.product.add", fields={"iblockId": 23, "name": "A"}).result["element"]
    assert rest.call("catalog.product.get", id=made["id"]).status == 200
    for method in ("update", "delete"):
        assert rest.call(f"catalog.product.{method}", id=made["id"], fields={"name": "B"}).status == 400


def test_a_role_may_change_while_the_portal_works(people: Any) -> None:
    rest, manager = people("all")
    rest.portal.set_rights(2, "none")
    assert TRIED["read"](manager, 2, 1).error == DENIED
    assert rest.post("/_emulator/rights", {"user_id": 2, "rights": {"deal.read": "own", "*": "none"}}).status == 200
    assert TRIED["read"](manager, 2, 1).status == 200
    rest.post("/_emulator/rights", {"user_id": 2, "is_crm_admin": True})
    assert TRIED["delete"](manager, 2, 2).status == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"user_id": 99}, {"user_id": 2, "rights": "some"}, {"user_id": 2, "rights": 5}, {"user_id": 2, "is_admin": "Y"},
     {"user_id": 2, "rights": {"deal": []}}],
)  # fmt: skip
def test_a_role_that_is_none(rest: Client, body: dict[str, Any]) -> None:
    assert rest.post("/_emulator/rights", body).status == 400
