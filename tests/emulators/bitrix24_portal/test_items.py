"""crm.item.* for deals: defaults, types, names of fields, saving, stages, rights."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal


class Wall:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_772_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def timed(wall: Wall) -> Iterator[Client]:
    with start_portal(limits=False, now=wall) as portal:
        client = Client(portal)
        yield client
        client.close()


def update(rest: Client, deal_id: int, **fields: Any) -> dict[str, Any]:
    got = rest.call("crm.item.update", entityTypeId=2, id=deal_id, fields=fields, useOriginalUfNames="Y")
    item: dict[str, Any] = got.result["item"]
    return item


def test_defaults(timed: Client) -> None:
    item = timed.add_deal()
    moment = "2026-02-25T09:13:20+03:00"
    assert item["title"] == "Сделка #1"
    assert {name: item[name] for name in ("stageId", "categoryId", "stageSemanticId", "closed", "isNew")} == {
        "stageId": "NEW", "categoryId": 0, "stageSemanticId": "P", "closed": "N", "isNew": "Y",
    }  # fmt: skip
    assert [item[name] for name in ("assignedById", "createdBy", "updatedBy", "movedBy")] == [1] * 4
    assert [item[name] for name in ("createdTime", "updatedTime", "movedTime", "lastActivityTime")] == [moment] * 4
    assert (item["opportunity"], item["isManualOpportunity"], item["currencyId"]) == (0, "N", "RUB")
    assert (item["companyId"], item["contactId"], item["contactIds"], item["observers"]) == (0, 0, [], [])
    assert (item["begindate"], item["closedate"]) == ("2026-02-25T00:00:00+03:00", "2026-03-04T00:00:00+03:00")
    assert (item["originatorId"], item["originId"], item["entityTypeId"], item["opened"]) == (None, None, 2, "Y")


def test_types_of_values(rest: Client) -> None:
    item = rest.call(
        "crm.item.add", entityTypeId="2",
        fields={"title": 15, "opportunity": "10.50", "assignedById": "3", "probability": "40", "isManualOpportunity": "true",
                "opened": "no", "begindate": "2026-01-02", "observers": ["2", "3"], "comments": "[b]да[/b]"},
    ).result["item"]  # fmt: skip
    assert (item["title"], item["opportunity"], item["assignedById"], item["probability"]) == ("15", 10.5, 3, 40)
    assert (item["isManualOpportunity"], item["opened"], item["observers"]) == ("Y", "N", [2, 3])
    assert (item["begindate"], item["comments"]) == ("2026-01-02T00:00:00+03:00", "[b]да[/b]")


def test_unknown_and_read_only_fields_are_ignored(rest: Client) -> None:
    item = rest.add_deal(title="x", noSuchField=1, DATE_CREATE="y", createdBy=4, id=77, stageSemanticId="S", searchContent="z")
    assert (item["id"], item["title"], item["createdBy"], item["stageSemanticId"]) == (1, "x", 1, "P")
    assert "noSuchField" not in item


def test_standard_fields_go_by_their_upper_names_too(rest: Client) -> None:
    item = rest.add_deal(TITLE="x", ORIGIN_ID="a/1")
    assert (item["title"], item["originId"]) == ("x", "a/1")
    wish = {"filter": {"=ORIGIN_ID": "a/1"}, "order": {"ID": "ASC"}, "select": ["TITLE"]}
    assert rest.call("crm.item.list", entityTypeId=2, **wish).result["items"] == [{"id": 1, "title": "x"}]
    error = rest.call("crm.item.update", entityTypeId=2, id=1, fields={"ID": 5}).error
    assert error[2] == "Setting value for Primary ID is not allowed, it is read-only field"


def test_upper_names_may_be_foreign(with_options: Callable[..., Client]) -> None:
    rest = with_options(upper_case_names=False)
    assert rest.add_deal(title="x", TITLE="y")["title"] == "x"
    assert rest.call("crm.item.list", entityTypeId=2, order={"ID": "ASC"}).error[1] == "INVALID_ARG_VALUE"


def test_a_list_of_fields_names_nothing(rest: Client) -> None:
    assert rest.get("crm.item.add", "entityTypeId=2&fields[]=").result["item"]["title"] == "Сделка #1"
    assert rest.get("crm.deal.add", "fields[]=").result == 2


def test_the_origin_is_not_unique(rest: Client) -> None:
    first = rest.add_deal(originatorId="uzel", originId="a/1")
    second = rest.add_deal(originatorId="uzel", originId="a/1")
    found = rest.call("crm.item.list", entityTypeId=2, filter={"=originatorId": "uzel", "=originId": "a/1"}, select=["id"])
    assert found.result["items"] == [{"id": first["id"]}, {"id": second["id"]}]


def test_an_update_without_a_change_saves_nothing(timed: Client, wall: Wall) -> None:
    deal = timed.add_deal(title="x", opportunity=5)
    wall.now += 100
    same = update(timed, deal["id"], title="x", opportunity="5.00", stageId="NEW")
    assert same == deal
    changed = update(timed, deal["id"], title="y")
    assert changed["updatedTime"] == "2026-02-25T09:15:00+03:00"
    assert changed["createdTime"] == changed["movedTime"] == deal["createdTime"]


def test_who_changed_it(portal: RunningPortal, rest: Client) -> None:
    deal = rest.add_deal()
    manager = Client(portal, portal.webhook_of(3))
    changed = update(manager, deal["id"], stageId="WON")
    manager.close()
    assert (changed["updatedBy"], changed["movedBy"], changed["createdBy"]) == (3, 3, 1)
    assert (changed["previousStageId"], changed["stageSemanticId"], changed["closed"], changed["isNew"]) == (
        "NEW",
        "S",
        "Y",
        "N",
    )
    assert update(rest, deal["id"], stageId="PREPARATION")["closed"] == "N"


@pytest.mark.parametrize(
    "fields",
    [
        {"stageId": "NOWHERE"},
        {"stageId": "C1:NEW"},
        {"categoryId": 9},
        {"categoryId": 1, "stageId": "WON"},
        {"currencyId": "руб"},
        {"opportunity": "1 000"},
        {"assignedById": 99},
        {"contactId": 99},
        {"contactIds": [99]},
        {"begindate": "вчера"},
        {"typeId": "ПРОДАЖА"},
        {"title": {"a": 1}},
        {"probability": "много"},
    ],
)
def test_bad_values(rest: Client, fields: dict[str, Any]) -> None:
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    status, code, _ = rest.call("crm.item.add", entityTypeId=2, fields=fields).error
    assert (status, code) == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
    assert rest.call("crm.item.list", entityTypeId=2).json["total"] == 0


def test_a_multiple_field_wants_a_list(rest: Client) -> None:
    error = rest.call("crm.item.add", entityTypeId=2, fields={"contactIds": ""}).error
    assert error == (400, "100", "Expected iterable value for multiple field, but got string instead")


def test_pipelines(rest: Client) -> None:
    category = rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"}).result["category"]
    prefix = f"C{category['id']}:"
    deal = rest.add_deal(categoryId=category["id"])
    assert deal["stageId"] == prefix + "NEW"
    won = update(rest, deal["id"], stageId=prefix + "WON")
    assert won["stageSemanticId"] == "S"
    back = update(rest, deal["id"], categoryId=0)
    assert (back["categoryId"], back["stageId"]) == (0, "NEW"), "another pipeline, its first stage"
    there = update(rest, deal["id"], categoryId=category["id"], stageId=prefix + "EXECUTING")
    assert there["stageId"] == prefix + "EXECUTING"
    assert update(rest, deal["id"], title="x")["stageId"] == prefix + "EXECUTING"


def test_contacts_of_a_deal(rest: Client) -> None:
    ids = [rest.call("crm.item.add", entityTypeId=3, fields={"name": str(n)}).result["item"]["id"] for n in range(3)]
    deal = rest.add_deal(contactId=ids[0])
    assert deal["contactIds"] == [ids[0]]
    changed = update(rest, deal["id"], contactIds=[ids[2], ids[1], ids[2]])
    assert (changed["contactId"], changed["contactIds"]) == (ids[2], [ids[2], ids[1]])
    assert update(rest, deal["id"], contactId=0)["contactIds"] == []


def test_get_update_delete_of_nothing(rest: Client) -> None:
    for method, more in (("get", {}), ("update", {"fields": {}}), ("delete", {})):
        assert rest.call(f"crm.item.{method}", entityTypeId=2, id=5, **more).error == (400, "NOT_FOUND", "Item not found")


def test_delete(rest: Client) -> None:
    deal = rest.add_deal()
    assert rest.call("crm.item.delete", entityTypeId=2, id=deal["id"]).result == []
    assert rest.call("crm.item.get", entityTypeId=2, id=deal["id"]).status == 400
    assert rest.add_deal()["id"] == deal["id"] + 1, "an id is never used twice"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"entityTypeId": 177, "fields": {}}, "NOT_FOUND"),
        ({"entityTypeId": "deal", "fields": {}}, "NOT_FOUND"),
        ({"entityTypeId": 7, "fields": {}}, "ENTITY_TYPE_NOT_SUPPORTED"),
        ({"fields": {}}, "100"),
        ({"entityTypeId": 2}, "100"),
        ({"entityTypeId": 2, "fields": "x"}, "100"),
        ({"entityTypeId": 2, "fields": {"contacts": []}}, "100"),
    ],
)
def test_bad_parameters(rest: Client, params: dict[str, Any], code: str) -> None:
    assert rest.call("crm.item.add", **params).error[:2] == (400, code)


def test_the_id_among_the_fields_interrupts_an_update(rest: Client) -> None:
    deal = rest.add_deal()
    error = rest.call("crm.item.update", entityTypeId=2, id=deal["id"], fields={"id": 5}).error
    assert error[2] == "Setting value for Primary ID is not allowed, it is read-only field"


def test_codes_may_be_numbers(with_options: Callable[..., Client]) -> None:
    rest = with_options(numeric_codes_as_numbers=True)
    assert rest.call("crm.item.add", entityTypeId=2).error[1] == 100
    assert rest.batch({"a": "crm.item.add?entityTypeId=2"})["result_error"]["a"]["error"] == 100


def test_both_ways_to_name_user_fields(rest: Client) -> None:
    rest.add_field("UF_CRM_UZEL_PROMO")
    rest.add_field("UF_CRM_UZEL_NUM_1C")
    original = rest.add_deal(UF_CRM_UZEL_PROMO="A", ufCrmUzelPromo="B")
    assert original["UF_CRM_UZEL_PROMO"] == "A"
    assert "ufCrmUzelPromo" not in original
    fields = {"ufCrmUzelPromo": "C", "ufCrm_UZEL_NUM_1C": "7", "UF_CRM_UZEL_PROMO": "D"}
    camel = rest.call("crm.item.update", entityTypeId=2, id=original["id"], fields=fields).result["item"]
    assert (camel["ufCrmUzelPromo"], camel["ufCrm_UZEL_NUM_1C"]) == ("C", "7")
    found = rest.call("crm.item.list", entityTypeId=2, filter={"=ufCrmUzelPromo": "C"}, select=["ufCrmUzelPromo"])
    assert found.result["items"] == [{"id": original["id"], "ufCrmUzelPromo": "C"}]
    foreign = rest.call("crm.item.list", entityTypeId=2, filter={"=UF_CRM_UZEL_PROMO": "C"})
    assert foreign.error[:2] == (400, "INVALID_ARG_VALUE")


def test_types_of_user_fields(rest: Client) -> None:
    items = rest.add_field("UF_CRM_E", "enumeration", enum=[{"value": "Склад"}, {"value": "Лесная"}])["enum"]
    for name, kind in (("UF_CRM_B", "boolean"), ("UF_CRM_D", "double"), ("UF_CRM_I", "integer"), ("UF_CRM_T", "datetime")):
        rest.add_field(name, kind)
    rest.add_field("UF_CRM_M", "string", multiple="Y")
    empty = rest.add_deal()
    names = ("UF_CRM_E", "UF_CRM_B", "UF_CRM_D", "UF_CRM_I", "UF_CRM_T")
    assert [empty[name] for name in names] == [None, "N", None, None, None]
    full = rest.add_deal(
        UF_CRM_E=items[1]["id"],
        UF_CRM_B="1",
        UF_CRM_D="10.126",
        UF_CRM_I="0",
        UF_CRM_T="2026-01-02T03:04:05+00:00",
        UF_CRM_M=["a", "b", ""],
    )
    assert [full[name] for name in names] == [int(items[1]["id"]), "Y", 10.13, 0, "2026-01-02T06:04:05+03:00"]
    assert full["UF_CRM_M"] == ["a", "b"]
    cleared = update(rest, full["id"], UF_CRM_E="", UF_CRM_D="", UF_CRM_B="0")
    assert [cleared[name] for name in names[:3]] == [None, "N", None]
    for name, value in (("UF_CRM_E", "Склад"), ("UF_CRM_E", 999), ("UF_CRM_D", "много"), ("UF_CRM_T", "вчера")):
        got = rest.call("crm.item.add", entityTypeId=2, fields={name: value}, useOriginalUfNames="Y")
        assert got.error[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID", name


@pytest.mark.parametrize(("style", "shown"), [("YN", "Y"), ("10", "1"), ("json", True)])
def test_how_booleans_look_is_switchable(with_options: Callable[..., Client], style: str, shown: Any) -> None:
    rest = with_options(boolean_user_fields=style)
    rest.add_field("UF_CRM_B", "boolean")
    assert rest.add_deal(UF_CRM_B=1)["UF_CRM_B"] == shown


@pytest.mark.parametrize(("checked", "status"), [(True, 400), (False, 200)])
def test_required_user_fields(with_options: Callable[..., Client], checked: bool, status: int) -> None:
    rest = with_options(check_required_fields=checked)
    rest.add_field("UF_CRM_R", mandatory="Y")
    got = rest.call("crm.item.add", entityTypeId=2, fields={})
    assert got.status == status
    if checked:
        assert got.error[1] == "CRM_FIELD_ERROR_REQUIRED"
        deal = rest.add_deal(UF_CRM_R="x")
        assert update(rest, deal["id"], title="y")["title"] == "y"
        emptied = rest.call("crm.item.update", entityTypeId=2, id=deal["id"], fields={"UF_CRM_R": ""}, useOriginalUfNames="Y")
        assert emptied.error[1] == "CRM_FIELD_ERROR_REQUIRED"


def test_fields(rest: Client) -> None:
    rest.add_field("UF_CRM_E", "enumeration", enum=[{"value": "Склад"}])
    fields = rest.call("crm.item.fields", entityTypeId=2, useOriginalUfNames="Y").result["fields"]
    flags = {"isRequired": False, "isReadOnly": True, "isImmutable": False, "isMultiple": False, "isDynamic": False}
    assert fields["id"] == {"type": "integer", **flags, "title": "ID", "upperName": "ID"}
    assert fields["assignedById"]["upperName"] == "ASSIGNED_BY_ID"
    assert fields["stageId"]["statusType"] == "DEAL_STAGE"
    assert fields["contactIds"]["isMultiple"] is True
    assert [item["VALUE"] for item in fields["UF_CRM_E"]["items"]] == ["Склад"]
    assert fields["UF_CRM_E"]["isDynamic"] is True
    assert "ufCrmE" in rest.call("crm.item.fields", entityTypeId=2).result["fields"]
    assert "searchContent" not in fields


def test_lists(rest: Client) -> None:
    for number in range(60):
        rest.add_deal(title=f"d{number % 7}", opportunity=number)
    first = rest.call("crm.item.list", entityTypeId=2, order={"title": "DESC", "id": "DESC"}, select=["title"])
    assert (first.json["total"], first.json["next"], len(first.result["items"])) == (60, 50, 50)
    assert first.result["items"][:2] == [{"id": 56, "title": "d6"}, {"id": 49, "title": "d6"}]
    last = rest.call("crm.item.list", entityTypeId=2, start=50)
    assert "next" not in last.json
    assert len(last.result["items"]) == 10
    fast = rest.call("crm.item.list", entityTypeId=2, filter={">id": 55}, order={"id": "ASC"}, start=-1)
    assert (fast.json["total"], len(fast.result["items"])) == (0, 5)
    assert "next" not in fast.json
    both = rest.call("crm.item.list", entityTypeId=2, filter={"@id": [1, 2, 999], ">=opportunity": 1})
    assert [item["id"] for item in both.result["items"]] == [2]


def test_what_a_list_selects(rest: Client) -> None:
    rest.call("crm.item.add", entityTypeId=3, fields={"name": "А", "fm": [{"typeId": "PHONE", "value": "1"}]})
    everything = rest.call("crm.item.list", entityTypeId=3).result["items"][0]
    assert everything["fm"][0]["value"] == "1"
    assert rest.call("crm.item.list", entityTypeId=3, select=["*"]).result["items"][0] == everything
    some = rest.call("crm.item.list", entityTypeId=3, select=["name", "fm", "entityTypeId", "foreign"]).result["items"][0]
    assert some == {"id": 1, "name": "А"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"filter": {"=foreign": 1}}, "INVALID_ARG_VALUE"),
        ({"filter": {"contactIds": [1]}}, "INVALID_ARG_VALUE"),
        ({"filter": {"fm": 1}}, "100"),
        ({"order": {"foreign": "ASC"}}, "INVALID_ARG_VALUE"),
        ({"order": {"id": "UP"}}, "INVALID_ARG_VALUE"),
        ({"filter": {">updatedTime": "вчера"}}, "INVALID_ARG_VALUE"),
    ],
)
def test_bad_lists(rest: Client, params: dict[str, Any], code: str) -> None:
    assert rest.call("crm.item.list", entityTypeId=2, **params).error[:2] == (400, code)


def test_whether_origins_may_be_looked_up_together_is_switchable(with_options: Callable[..., Client]) -> None:
    for allowed in (True, False):
        rest = with_options(origin_in_filter=allowed)
        rest.add_deal(originId="a")
        got = rest.call("crm.item.list", entityTypeId=2, filter={"@originId": ["a", "b"]})
        assert (got.json.get("total") == 1) is allowed
        assert rest.call("crm.item.list", entityTypeId=2, filter={"=originId": "A"}).json["total"] == 1


def test_letter_case_of_filters_is_switchable(with_options: Callable[..., Client]) -> None:
    rest = with_options(case_insensitive_filters=False)
    rest.add_deal(originId="a")
    assert rest.call("crm.item.list", entityTypeId=2, filter={"=originId": "A"}).json["total"] == 0


@pytest.mark.parametrize(("rights", "seen"), [("all", 2), ("own", 1), ("none", 0)])
def test_rights(start: Callable[..., tuple[RunningPortal, Client]], rights: str, seen: int) -> None:
    options = Options(exchange_user_is_admin=False, exchange_user_rights=rights)
    portal, rest = start(limits=False, options=options)
    portal.manager_create(2, {"title": "чужая"})
    portal.manager_create(2, {"title": "своя", "assignedById": 1})
    assert rest.call("crm.item.list", entityTypeId=2).json["total"] == seen
    statuses = [rest.call("crm.item.get", entityTypeId=2, id=number).status for number in (1, 2)]
    assert statuses == {2: [200, 200], 1: [400, 200], 0: [400, 400]}[seen]
    if rights != "all":
        assert rest.call("crm.item.update", entityTypeId=2, id=1, fields={}).error == (400, "ACCESS_DENIED", "Access denied")
        assert set_rows_of(rest, 1).error[1] == "ACCESS_DENIED"
    assert (rest.call("crm.item.add", entityTypeId=2, fields={}).status == 200) is (rights != "none")


def set_rows_of(rest: Client, deal_id: int) -> Any:
    return rest.call("crm.item.productrow.set", ownerType="D", ownerId=deal_id, productRows=[])
