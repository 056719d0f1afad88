"""Contacts and companies: multifields in both spellings, links, legal details, addresses, duplicates, comments."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal


def phone(value: str, value_type: str = "WORK", type_id: str = "PHONE") -> dict[str, str]:
    return {"typeId": type_id, "valueType": value_type, "value": value}


def add(rest: Client, entity: int = 3, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = rest.call("crm.item.add", entityTypeId=entity, fields=fields).result["item"]
    return item


def update(rest: Client, item: dict[str, Any], **fields: Any) -> dict[str, Any]:
    got = rest.call("crm.item.update", entityTypeId=item["entityTypeId"], id=item["id"], fields=fields)
    changed: dict[str, Any] = got.result["item"]
    return changed


def values(item: dict[str, Any]) -> list[str]:
    return [one["value"] for one in item["fm"]]


def test_a_contact(rest: Client) -> None:
    item = add(rest, name="Иван", lastName="Петров", fm=[phone("+7900", "MOBILE"), phone("a@b.c", type_id="EMAIL")])
    assert item["fm"][0] == {"id": 1, "valueType": "MOBILE", "value": "+7900", "typeId": "PHONE"}
    assert (item["phoneMobile"], item["phoneWork"], item["phone"], item["email"]) == ("+7900", "", "+7900", "a@b.c")
    assert (item["hasPhone"], item["hasEmail"], item["typeId"]) == ("Y", "Y", "CLIENT")
    assert add(rest)["lastName"] == "Контакт #2"
    assert add(rest, entity=4)["title"] == "Компания #1"
    assert add(rest, fm="")["fm"] == []


def test_changing_multifields_by_key(rest: Client) -> None:
    item = add(rest, name="А", fm=[phone("1"), phone("2"), phone("e", type_id="EMAIL")])
    wish = {"n0": phone("3", "HOME"), "1": {**phone("10")}, "3": {"typeId": "EMAIL", "value": ""}, "77": phone("4")}
    changed = update(rest, item, fm=wish)
    assert values(changed) == ["10", "2", "3", "4"]
    assert changed["hasEmail"] == "N"
    assert changed["fm"][2]["valueType"] == "HOME"
    assert values(update(rest, item, fm=[{"id": 2, "value": "20"}, phone("5")])) == ["10", "20", "3", "4", "5"]
    assert values(update(rest, item, name="Б")) == ["10", "20", "3", "4", "5"]


def test_sending_phones_again_multiplies_them(rest: Client) -> None:
    item = add(rest, name="А", fm=[phone("1")])
    assert values(update(rest, item, fm=[phone("1")])) == ["1", "1"]


def test_multifields_may_only_grow(with_options: Callable[..., Client]) -> None:
    rest = with_options(multifield_update="append")
    item = add(rest, name="А", fm=[phone("1")])
    assert values(update(rest, item, fm={"1": phone("2")})) == ["1", "2"]


def test_bad_multifields(rest: Client) -> None:
    assert rest.call("crm.item.add", entityTypeId=3, fields={"fm": "x"}).error[1] == "100"
    assert rest.call("crm.item.add", entityTypeId=3, fields={"fm": [phone("1", type_id="FAX")]}).status == 400
    assert rest.call("crm.item.add", entityTypeId=2, fields={"fm": [phone("1")]}).error[1] == "100"


def test_contacts_and_companies_know_each_other(rest: Client) -> None:
    company, other = add(rest, entity=4, title="ООО"), add(rest, entity=4, title="ИП")
    contact = add(rest, name="А", companyId=company["id"])
    assert contact["companyIds"] == [company["id"]]
    contacts = lambda one: rest.call("crm.item.get", entityTypeId=4, id=one["id"]).result["item"]["contactIds"]  # noqa: E731
    assert contacts(company) == [contact["id"]]
    update(rest, contact, companyIds=[other["id"]])
    assert (contacts(company), contacts(other)) == ([], [contact["id"]])
    update(rest, other, contactIds=[])
    assert rest.call("crm.item.get", entityTypeId=3, id=contact["id"]).result["item"]["companyId"] == 0


def test_nobody_is_linked_to_who_is_gone(rest: Client) -> None:
    company = add(rest, entity=4, title="ООО")
    first, second = add(rest, name="А", companyId=company["id"]), add(rest, name="Б")
    deal = rest.add_deal(companyId=company["id"], contactIds=[first["id"], second["id"]])["id"]
    rest.call("crm.item.delete", entityTypeId=3, id=first["id"])
    assert (rest.deal(deal)["contactId"], rest.deal(deal)["contactIds"]) == (second["id"], [second["id"]])
    assert rest.call("crm.item.get", entityTypeId=4, id=company["id"]).result["item"]["contactIds"] == []
    rest.call("crm.item.delete", entityTypeId=4, id=company["id"])
    assert rest.deal(deal)["companyId"] == 0


def test_a_company_is_my_company_only_from_the_start(rest: Client) -> None:
    company = add(rest, entity=4, title="Мы", isMyCompany="Y")
    assert update(rest, company, isMyCompany="N")["isMyCompany"] == "Y"


def test_old_contacts(rest: Client) -> None:
    fields = {"NAME": "Иван", "LAST_NAME": "Петров", "PHONE": [{"VALUE": "+7900", "VALUE_TYPE": "MOBILE"}], "ORIGIN_ID": "c1"}
    number = rest.call("crm.contact.add", fields=fields).result
    assert number == 1
    shown = rest.call("crm.contact.get", id=number).result
    assert (shown["ID"], shown["NAME"], shown["ASSIGNED_BY_ID"], shown["HAS_PHONE"], shown["COMPANY_ID"]) == (
        "1",
        "Иван",
        "1",
        "Y",
        "0",
    )
    assert shown["PHONE"] == [{"ID": "1", "VALUE_TYPE": "MOBILE", "VALUE": "+7900", "TYPE_ID": "PHONE"}]
    more = {"PHONE": [{"ID": 1, "VALUE": "+7901"}, {"VALUE": "+7902", "VALUE_TYPE": "WORK"}], "EMAIL": [{"VALUE": "a@b.c"}]}
    assert rest.call("crm.contact.update", id=number, fields=more).result is True
    changed = rest.call("crm.contact.get", id=number).result
    assert [one["VALUE"] for one in changed["PHONE"]] == ["+7901", "+7902"]
    rest.call("crm.contact.update", ID="1", FIELDS={"EMAIL": [{"ID": 3, "DELETE": "Y"}], "PHONE": [{"ID": 2, "VALUE": ""}]})
    changed = rest.call("crm.contact.get", id=number).result
    assert ("EMAIL" in changed, len(changed["PHONE"])) == (False, 1)
    listed = rest.call("crm.contact.list", filter={"=ORIGIN_ID": "c1", "foreign": 1}, select=["NAME", "PHONE"])
    assert listed.result == [{"ID": "1", "NAME": "Иван", "PHONE": changed["PHONE"]}]
    assert listed.json["total"] == 1
    assert rest.call("crm.contact.delete", id=number).result is True
    assert rest.call("crm.contact.get", id=number).error == (400, "", "Not found")


def test_old_companies(rest: Client) -> None:
    number = rest.call("crm.company.add", fields={"TITLE": "ООО «Ромашка»", "REVENUE": "10"}).result
    shown = rest.call("crm.company.get", id=number).result
    assert (shown["TITLE"], shown["REVENUE"], shown["TYPE_ID"]) == ("ООО «Ромашка»", "10.00", "CUSTOMER")
    assert rest.call("crm.company.fields").result["TITLE"]["type"] == "string"


@pytest.fixture
def company(rest: Client) -> dict[str, Any]:
    return add(rest, entity=4, title="ООО «Ромашка»")


def requisite(rest: Client, owner: dict[str, Any], **fields: Any) -> int:
    common = {"ENTITY_TYPE_ID": owner["entityTypeId"], "ENTITY_ID": owner["id"], "PRESET_ID": 1, "NAME": "Реквизиты"}
    number: int = rest.call("crm.requisite.add", fields=common | fields).result
    return number


def test_requisites(rest: Client, company: dict[str, Any]) -> None:
    number = requisite(rest, company, RQ_INN="0012345678", RQ_KPP="770501001", XML_ID="x", NO_SUCH="y")
    shown = rest.call("crm.requisite.get", id=number).result
    assert (shown["ID"], shown["ENTITY_ID"], shown["RQ_INN"], shown["ACTIVE"], shown["RQ_OGRN"]) == (
        "1",
        "1",
        "0012345678",
        "Y",
        None,
    )
    assert "NO_SUCH" not in shown
    found = rest.call(
        "crm.requisite.list",
        filter={"=RQ_INN": "0012345678", "=RQ_KPP": "770501001", "ENTITY_TYPE_ID": 4},
        select=["ENTITY_ID"],
    )
    assert found.result == [{"ENTITY_ID": "1"}]
    assert found.json["total"] == 1
    assert rest.call("crm.requisite.list", filter={"RQ_INN": "12345678"}).result == []
    assert rest.call("crm.requisite.update", id=number, fields={"RQ_KPP": "1", "ENTITY_ID": 9}).result is True
    assert rest.call("crm.requisite.get", ID=number).result["ENTITY_ID"] == "1"
    assert rest.call("crm.requisite.delete", id=number).result is True
    assert rest.call("crm.requisite.get", id=number).error == (400, "", "The Requisite with ID '1' is not found")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ENTITY_TYPE_ID": 2}, "ENTITY_TYPE_ID is not defined or invalid."),
        ({"ENTITY_ID": 0}, "ENTITY_ID is not defined or invalid."),
        ({"ENTITY_ID": 77}, "Entity not found."),
        ({"PRESET_ID": 9}, "PRESET_ID is not defined or invalid."),
        ({"NAME": ""}, "NAME is not defined or invalid."),
    ],
)
def test_bad_requisites(rest: Client, company: dict[str, Any], fields: dict[str, Any], text: str) -> None:
    good = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company["id"], "PRESET_ID": 1, "NAME": "Реквизиты"}
    assert rest.call("crm.requisite.add", fields=good | fields).error == (400, "", text)


def test_presets(rest: Client) -> None:
    presets = rest.call("crm.requisite.preset.list", select=["ID", "NAME"], order={"ID": "DESC"})
    assert presets.result == [{"ID": "3", "NAME": "Физ. лицо"}, {"ID": "2", "NAME": "ИП"}, {"ID": "1", "NAME": "Организация"}]
    assert rest.call("crm.requisite.preset.list", select=["BAD"]).error[1] == "100"


@pytest.mark.parametrize("moves", [False, True])
def test_what_a_saved_requisite_or_address_moves_besides(
    start: Callable[..., tuple[RunningPortal, Client]], moves: bool
) -> None:
    options = Options(requisite_save_touches_card=moves, address_save_touches_requisite=moves)
    portal, rest = start(limits=False, options=options)
    owner = add(rest, entity=4, title="Ромашка")
    number = requisite(rest, owner)
    assert rest.call("crm.requisite.get", id=number).result["DATE_MODIFY"] == ""
    rest.call("crm.address.add", fields={"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": number, "CITY": "Тула"})
    assert (rest.call("crm.requisite.get", id=number).result["DATE_MODIFY"] != "") is moves
    url = f"{portal.webhook_of(2)}crm.requisite.update"
    httpx2.post(url, json={"id": number, "fields": {"RQ_INN": "77"}}, trust_env=False).raise_for_status()
    assert rest.call("crm.requisite.get", id=number).result["MODIFY_BY_ID"] == "2"
    item = rest.call("crm.item.get", entityTypeId=4, id=owner["id"]).result["item"]
    assert (item["updatedBy"] == 2) is moves


def test_addresses(rest: Client, company: dict[str, Any]) -> None:
    key = {"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": requisite(rest, company)}
    assert rest.call("crm.address.add", fields={**key, "CITY": "Москва", "ADDRESS_1": "Лесная, 1"}).result is True
    assert rest.call("crm.address.add", fields={**key, "CITY": "Тула"}).error == (400, "", "TypeAddress exists.")
    assert rest.call("crm.address.update", fields={**key, "CITY": "Тула"}).result is True
    shown = rest.call("crm.address.list", filter={"ENTITY_ID": key["ENTITY_ID"], "TYPE_ID": 6}).result
    assert (shown[0]["CITY"], shown[0]["ADDRESS_1"], shown[0]["ANCHOR_ID"]) == ("Тула", "Лесная, 1", "1")
    assert rest.call("crm.address.add", fields={**key, "ENTITY_TYPE_ID": 2}).status == 400
    assert rest.call("crm.address.add", fields={**key, "TYPE_ID": 5}).status == 400
    assert rest.call("crm.address.delete", fields=key).result is True
    assert rest.call("crm.address.delete", fields=key).status == 400
    assert {"ID": 6, "NAME": "Юридический адрес"} in rest.call("crm.enum.addresstype").result


def test_duplicates(rest: Client) -> None:
    first = add(rest, name="А", fm=[phone("+7 (900) 123-45-67"), phone("A@b.c", type_id="EMAIL")])
    firm = add(rest, entity=4, title="Б", fm=[phone("8 900 123-45-67 доб. 5")])

    def find(**params: Any) -> Any:
        return rest.call("crm.duplicate.findbycomm", **params).result

    assert find(type="PHONE", values=["89001234567"]) == {"CONTACT": [first["id"]], "COMPANY": [firm["id"]]}
    assert find(type="PHONE", values=["79001234567"], entity_type="COMPANY") == {"COMPANY": [firm["id"]]}
    assert find(type="EMAIL", values=["a@B.c"]) == {"CONTACT": [first["id"]]}
    assert find(type="EMAIL", values=["x@y.z"]) == []
    rest.call("crm.item.delete", entityTypeId=3, id=first["id"])
    assert find(type="EMAIL", values=["a@B.c"]) == []


def test_twenty_duplicates_hide_the_other_kinds(rest: Client) -> None:
    for number in range(21):
        add(rest, name=str(number), fm=[phone("5")])
    add(rest, entity=4, title="Б", fm=[phone("5")])
    found = rest.call("crm.duplicate.findbycomm", type="PHONE", values=["5"]).result
    assert (list(found), len(found["CONTACT"])) == (["CONTACT"], 20)


def test_nobody_found_may_be_an_empty_map(with_options: Callable[..., Client]) -> None:
    rest = with_options(empty_findbycomm_as_list=False)
    assert rest.call("crm.duplicate.findbycomm", type="PHONE", values=["1"]).body.startswith(b'{"result":{}')


def test_bad_searches(rest: Client) -> None:
    assert rest.call("crm.duplicate.findbycomm", values=["1"]).error[:2] == (400, "Communication type is not defined")
    assert rest.call("crm.duplicate.findbycomm", type="PHONE").error[:2] == (400, "Communication values is not defined")
    assert rest.call("crm.duplicate.findbycomm", type="FAX", values=["1"]).status == 400


def test_comments(portal: RunningPortal, rest: Client) -> None:
    deal = rest.add_deal()
    fields = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "Выгружен"}
    assert rest.call("crm.timeline.comment.add", fields=fields).result == 1
    assert portal.state()["comments"][0]["comment"] == "Выгружен"
    assert rest.call("crm.timeline.comment.list", filter={"ENTITY_ID": deal["id"]}).result[0]["AUTHOR_ID"] == "1"
    assert rest.call("crm.timeline.comment.add", fields={**fields, "COMMENT": ""}).status == 400
    assert rest.call("crm.timeline.comment.add", fields={**fields, "ENTITY_ID": 9}).error[2] == "Access denied."
