"""``bitrix24-rest``: GET alone, brackets it does not encode, all pages by offset at once; over http and over TLS."""

import asyncio
from typing import Any

import pytest
from bitrix24 import Bitrix24, BitrixError

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.public_clients.tls_front import TlsFront
from uzel.emulators.bitrix24_portal import RunningPortal

PAGES = 130


class Calls:
    """The client as its readme has it: ``await callMethod(…)``."""

    def __init__(self, webhook: str) -> None:
        self.client = Bitrix24(webhook)

    def __call__(self, method: str, **params: Any) -> Any:
        async def call() -> Any:
            return await self.client.callMethod(method, **params)

        return asyncio.run(call())


@pytest.fixture(params=["http", "https"])
def b24(request: pytest.FixtureRequest, portal: RunningPortal, front: TlsFront) -> Calls:
    webhook = portal.webhook
    return Calls(webhook if request.param == "http" else webhook.replace(portal.url, f"https://{front.domain}"))


def test_a_deal_from_its_birth_to_its_end(b24: Calls) -> None:
    deal = b24("crm.deal.add", fields={"TITLE": "Заказ 1", "OPPORTUNITY": 10.5, "CONTACT_ID": ""})
    assert b24("crm.deal.update", id=deal, fields={"TITLE": "Заказ 2"}) is True
    shown = b24("crm.deal.get", id=deal)
    assert (shown["TITLE"], shown["OPPORTUNITY"]) == ("Заказ 2", "10.50")
    item = b24("crm.item.update", entityTypeId=2, id=deal, fields={"title": "Заказ 3"})["item"]
    assert (item["id"], item["title"]) == (deal, "Заказ 3")
    assert b24("crm.item.delete", entityTypeId=2, id=deal) == []
    with pytest.raises(BitrixError) as gone:
        b24("crm.deal.get", id=deal)
    assert gone.value.message == "HTTP error: 400"


def test_all_pages(b24: Calls, rest: Client, portal: RunningPortal) -> None:
    for first in range(0, PAGES, 50):
        rest.batch([f"crm.deal.add?fields[TITLE]={n}" for n in range(first, min(first + 50, PAGES))])
    portal.forget_calls()
    old = b24("crm.deal.list", order={"ID": "ASC"}, filter={">ID": 5}, select=["ID", "TITLE"])
    assert [int(one["ID"]) for one in old] == list(range(6, PAGES + 1))
    assert portal.calls()["counters"]["requests"] == 3
    new = b24("crm.item.list", entityTypeId=2, order={"id": "DESC"}, select=["id"])["items"]
    assert [one["id"] for one in new] == list(range(PAGES, 0, -1))
    assert len(b24("crm.item.list", entityTypeId=2, filter={"@id": [3, 5, 777]})["items"]) == 2


def test_a_batch_with_references(b24: Calls) -> None:
    # It cannot encode the & between two parameters of a command, so each command has one.
    commands = {
        "contact": "crm.contact.add?fields[NAME]=Иван",
        "deal": "crm.deal.add?fields[CONTACT_ID]=$result[contact]",
        "bad": "crm.deal.get?id=77",
        "shown": "crm.deal.get?id=$result[deal]",
    }
    answer = b24("batch", halt=0, cmd=commands)
    assert answer["result"]["shown"]["CONTACT_ID"] == str(answer["result"]["contact"])
    assert answer["result_error"]["bad"]["error_description"] == "Not found"
    assert b24("crm.contact.get", id=answer["result"]["contact"])["NAME"] == "Иван"
    halted = b24("batch", halt=1, cmd=["crm.deal.get?id=77", "crm.deal.add?fields[TITLE]=A"])
    assert (halted["result"], len(halted["result_error"])) == ([], 1)


def test_user_fields(b24: Calls) -> None:
    wish = {
        "FIELD_NAME": "PROMO",
        "USER_TYPE_ID": "enumeration",
        "LABEL": "Промокод",
        "LIST": [{"VALUE": "ЛЕТО"}, {"VALUE": "ЗИМА"}],
    }
    number = b24("crm.deal.userfield.add", fields=wish)
    field = b24("crm.deal.userfield.get", id=number)
    assert (field["FIELD_NAME"], [item["VALUE"] for item in field["LIST"]]) == ("UF_CRM_PROMO", ["ЛЕТО", "ЗИМА"])
    deal = b24("crm.deal.add", fields={"TITLE": "A", "UF_CRM_PROMO": field["LIST"][1]["ID"]})
    assert b24("crm.deal.list", filter={"UF_CRM_PROMO": field["LIST"][1]["ID"]}, select=["ID"]) == [{"ID": str(deal)}]
    assert len(b24("userfieldconfig.list", moduleId="crm", filter={"entityId": "CRM_DEAL"})["fields"]) == 1
    assert b24("crm.deal.userfield.delete", id=number) is True


def test_products_of_a_deal(b24: Calls) -> None:
    deal = b24("crm.deal.add", fields={"TITLE": "A"})
    # A list of maps at the top loses its name in this client; a map with numbers does not.
    rows = {
        "0": {"PRODUCT_NAME": "Стол", "PRICE": 100, "QUANTITY": 2},
        "1": {"PRODUCT_NAME": "Стул", "PRICE": 50.5, "QUANTITY": 4},
    }
    assert b24("crm.deal.productrows.set", id=deal, rows=rows) is True
    assert [row["PRODUCT_NAME"] for row in b24("crm.deal.productrows.get", id=deal)] == ["Стол", "Стул"]
    assert b24("crm.deal.get", id=deal)["OPPORTUNITY"] == "402.00"
    # Nor can it say the = of filter[=ownerId]: rows are asked for one by one.
    new = b24("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows={"0": {"productName": "Шкаф", "price": 7}})
    row = b24("crm.item.productrow.get", id=new["productRows"][0]["id"])["productRow"]
    assert (row["productName"], row["price"], row["ownerId"]) == ("Шкаф", 7, deal)


def test_users(b24: Calls, rest: Client) -> None:
    rest.batch([f"user.add?EMAIL=new{n}@portal.example" for n in range(50)])
    new = b24("user.add", EMAIL="one@portal.example", LAST_NAME="Новый")
    assert b24("user.update", ID=new, ACTIVE="N") is True
    assert len(b24("user.get")) == 56
    assert [one["ID"] for one in b24("user.get", filter={"LAST_NAME": "Гусева", "ACTIVE": "Y"})] == ["4"]
    assert b24("user.current")["ID"] == "1"


def test_products_of_the_catalogue(b24: Calls, rest: Client, portal: RunningPortal) -> None:
    for first in range(0, PAGES, 50):
        numbers = range(first, min(first + 50, PAGES))
        rest.batch([f"catalog.product.add?fields[iblockId]=23&fields[name]={n}" for n in numbers])
    portal.forget_calls()
    walk = {"select": ["id", "iblockId"], "filter": {"iblockId": 23}, "order": {"id": "ASC"}}
    assert [one["id"] for one in b24("catalog.product.list", **walk)["products"]] == list(range(1, PAGES + 1))
    assert portal.calls()["counters"]["requests"] == 3
    made = b24("catalog.product.add", fields={"iblockId": 23, "name": "Чайник", "xmlId": "guid"})["element"]
    assert b24("catalog.product.update", id=made["id"], fields={"name": "Плед"})["element"]["name"] == "Плед"
    assert b24("catalog.product.get", id=made["id"])["product"]["xmlId"] == "guid"
    assert b24("catalog.product.delete", id=made["id"]) is True
    old = b24("crm.product.add", fields={"NAME": "Стол", "PRICE": 10})
    assert b24("crm.product.get", id=old)["PRICE"] == "10.00"
