"""``fast-bitrix24``: everything but raw calls goes through batches that it makes itself."""

from typing import Any

import pytest
from fast_bitrix24 import Bitrix
from fast_bitrix24.server_response import ErrorInServerResponseException

from uzel.emulators.bitrix24_portal import RunningPortal

PAGES = 130
DEAL = {"entityTypeId": 2}


@pytest.fixture
def b24(portal: RunningPortal) -> Bitrix:
    return Bitrix(portal.webhook, verbose=False, request_pool_size=10_000, requests_per_second=1_000.0)


def test_a_deal_from_its_birth_to_its_end(b24: Bitrix) -> None:
    item = b24.call("crm.item.add", {**DEAL, "fields": {"title": "Заказ & Ко", "opportunity": "10.50"}})
    assert (item["title"], item["opportunity"]) == ("Заказ & Ко", 10.5)
    b24.call("crm.item.update", {**DEAL, "id": item["id"], "fields": {"title": "Заказ 1+1=2"}})
    assert b24.call("crm.item.get", {**DEAL, "id": item["id"]})["title"] == "Заказ 1+1=2"
    b24.call("crm.item.delete", {**DEAL, "id": item["id"]})
    with pytest.raises(ErrorInServerResponseException, match="NOT_FOUND"):
        b24.call("crm.item.get", {**DEAL, "id": item["id"]})


def test_many_deals_at_once_and_all_pages_of_them(b24: Bitrix, portal: RunningPortal) -> None:
    made = b24.call("crm.deal.add", [{"fields": {"TITLE": f"Заказ {n}", "ORIGIN_ID": str(n)}} for n in range(PAGES)])
    assert len(made) == PAGES
    assert portal.calls()["counters"]["requests"] == 3
    assert sorted(int(one["ID"]) for one in b24.get_all("crm.deal.list")) == list(range(1, PAGES + 1))
    filtered = b24.get_all("crm.deal.list", {"filter": {">ID": 20}, "select": ["ID", "ORIGIN_ID"]})
    assert {int(one["ID"]) for one in filtered} == set(range(21, PAGES + 1))
    items = b24.get_all("crm.item.list", {**DEAL, "select": ["id", "title"]})
    assert sorted(one["id"] for one in items) == list(range(1, PAGES + 1))
    # It sends batches side by side: which of them comes first is chance.
    titles = {str(one["id"]): one["title"] for one in items}
    by_id = b24.get_by_ID("crm.deal.get", [5, 77])
    assert {key: one["TITLE"] for key, one in by_id.items()} == {key: titles[key] for key in ("5", "77")}


def test_a_batch_with_references(b24: Bitrix) -> None:
    answers = b24.call_batch(
        {
            "halt": 0,
            "cmd": {
                "contact": "crm.contact.add?fields[NAME]=%D0%98%D0%B2%D0%B0%D0%BD",
                "deal": "crm.item.add?entityTypeId=2&fields[title]=A&fields[contactId]=$result[contact]",
                "rows": "crm.item.productrow.set?ownerType=D&ownerId=$result[deal][item][id]&productRows[0][productName]=B"
                "&productRows[0][price]=5&productRows[0][quantity]=2",
                "shown": "crm.item.get?entityTypeId=2&id=%24result%5Bdeal%5D%5Bitem%5D%5Bid%5D",
            },
        }
    )
    assert (answers["shown"]["item"]["contactId"], answers["shown"]["item"]["opportunity"]) == (answers["contact"], 10)
    with pytest.raises(ErrorInServerResponseException, match="bad"):
        b24.call_batch({"halt": 0, "cmd": {"bad": "crm.item.get?entityTypeId=2&id=77"}})


def test_user_fields(b24: Bitrix) -> None:
    field: dict[str, Any] = {
        "FIELD_NAME": "PROMO",
        "USER_TYPE_ID": "enumeration",
        "LIST": [{"VALUE": "ЛЕТО"}, {"VALUE": "ЗИМА"}],
    }
    number = b24.call("crm.deal.userfield.add", {"fields": field | {"LABEL": "Промокод"}})
    shown = b24.get_all("crm.deal.userfield.list", {"filter": {"LANG": "ru"}})
    assert [(one["ID"], one["FIELD_NAME"], one["EDIT_FORM_LABEL"]) for one in shown] == [
        (str(number), "UF_CRM_PROMO", "Промокод")
    ]
    winter = shown[0]["LIST"][1]["ID"]
    deal = b24.call("crm.deal.add", {"fields": {"TITLE": "A", "UF_CRM_PROMO": winter}})
    assert b24.get_all("crm.deal.get", {"ID": deal})["UF_CRM_PROMO"] == winter
    assert (
        b24.get_all("crm.deal.list", {"filter": {"UF_CRM_PROMO": winter}, "select": ["ID", "UF_*"]})[0]["UF_CRM_PROMO"]
        == winter
    )
    assert "ufCrmPromo" in b24.get_all("crm.item.fields", DEAL)
    assert len(b24.get_all("userfieldconfig.list", {"moduleId": "crm", "filter": {"entityId": "CRM_DEAL"}})) == 1
    b24.call("crm.deal.userfield.delete", {"id": number})
    assert b24.get_all("crm.deal.userfield.list") == []


def test_products_of_a_deal(b24: Bitrix) -> None:
    deal = b24.call("crm.deal.add", {"fields": {"TITLE": "A"}})
    rows = [{"PRODUCT_NAME": "Стол", "PRICE": 100, "QUANTITY": 2}, {"PRODUCT_NAME": "Стул", "PRICE": "50.5", "QUANTITY": 4}]
    assert b24.call("crm.deal.productrows.set", {"id": deal, "rows": rows}, raw=True)["result"] is True
    assert [row["PRODUCT_NAME"] for row in b24.get_all("crm.deal.productrows.get", {"id": deal})] == ["Стол", "Стул"]
    shown = b24.call("crm.item.productrow.list", {"filter": {"=ownerType": "D", "=ownerId": deal}}, raw=True)["result"][
        "productRows"
    ]
    assert [(row["price"], row["quantity"]) for row in shown] == [(100, 2), (50.5, 4)]
    assert b24.get_all("crm.deal.get", {"ID": deal})["OPPORTUNITY"] == "402.00"


def test_an_application_renews_its_token(portal: RunningPortal) -> None:
    application = portal.install_application()
    tokens = ["a token of yesterday", application.access_token]

    async def next_token() -> str:
        return tokens.pop(0)

    b24 = Bitrix(f"{portal.url}/rest/", token_func=next_token, verbose=False)
    assert [one["ID"] for one in b24.get_all("user.get")] == ["1", "2", "3", "4", "5"]
    assert tokens == []


def test_users(b24: Bitrix) -> None:
    for number in range(60):
        b24.call("user.add", {"EMAIL": f"new{number}@portal.example", "LAST_NAME": f"Новый {number}"})
    assert len(b24.get_all("user.get")) == 65
    assert b24.get_all("user.get", {"filter": {"ACTIVE": True, "LAST_NAME": "Гусева"}})[0]["ID"] == "4"
    assert b24.call("user.current", raw=True)["result"]["ID"] == "1"


def test_products_of_the_catalogue(b24: Bitrix, portal: RunningPortal) -> None:
    made = b24.call("catalog.product.add", [{"fields": {"iblockId": 23, "name": f"Товар {n}"}} for n in range(PAGES)])
    assert len(made) == PAGES
    assert portal.calls()["counters"]["requests"] == 3
    block = {"select": ["id", "iblockId", "name"], "filter": {"iblockId": 23}}
    shown = b24.get_all("catalog.product.list", block)
    assert sorted(one["id"] for one in shown) == list(range(1, PAGES + 1))
    b24.call("catalog.product.update", {"id": 1, "fields": {"name": "Чайник & Ко"}})
    assert b24.call("catalog.product.get", {"id": 1})["name"] == "Чайник & Ко"
    old = b24.get_all("crm.product.list", {"filter": {">ID": 20}, "select": ["ID"]})
    assert {int(one["ID"]) for one in old} == set(range(21, PAGES + 1))
    b24.call("catalog.product.delete", {"id": 1})
    with pytest.raises(ErrorInServerResponseException, match="does not exist"):
        b24.call("catalog.product.get", {"id": 1})
