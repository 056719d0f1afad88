"""``b24pysdk``, the official one: https only, so it comes through the TLS front."""

from pathlib import Path
from typing import Any

import pytest
import requests
from b24pysdk import BitrixApp, BitrixToken, BitrixWebhook, Client
from b24pysdk.errors import BitrixAPIError, BitrixAPIInvalidCredentials, BitrixAPIServiceUnavailable, BitrixRequestError
from b24pysdk.errors.oauth import BitrixOAuthNoAuthFound

from tests.emulators.bitrix24_portal.public_clients.tls_front import TlsFront
from uzel.emulators.bitrix24_portal import RunningPortal

DEAL = 2
PAGES = 130


@pytest.fixture
def token(portal: RunningPortal, front: TlsFront) -> BitrixWebhook:
    user_and_secret = portal.webhook.removeprefix(f"{portal.url}/rest/").strip("/")
    return BitrixWebhook(domain=front.domain, webhook_token=user_and_secret)


@pytest.fixture
def b24(token: BitrixWebhook) -> Any:
    return Client(token)


def test_nobody_trusts_the_front_unasked(b24: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(BitrixRequestError, match="CERTIFICATE_VERIFY_FAILED"):
        _ = b24.user.current().result


def test_a_deal_from_its_birth_to_its_end(b24: Any) -> None:
    item = b24.crm.item.add(DEAL, {"title": "Заказ & Ко", "opportunity": "10.50"}).result["item"]
    assert (item["title"], item["opportunity"]) == ("Заказ & Ко", 10.5)
    changed = b24.crm.item.update(DEAL, item["id"], {"title": "Заказ 1+1=2"}).result["item"]
    assert changed["title"] == "Заказ 1+1=2"
    shown = b24.crm.item.get(DEAL, item["id"])
    assert (shown.result["item"]["title"], shown.time.operating) == ("Заказ 1+1=2", 0)
    assert b24.crm.item.delete(DEAL, item["id"]).result == []
    with pytest.raises(BitrixAPIError) as gone:
        _ = b24.crm.item.get(DEAL, item["id"]).result
    assert gone.value.error == "NOT_FOUND"


def test_old_methods(b24: Any) -> None:
    deal = b24.crm.deal.add({"TITLE": "Заказ", "ORIGIN_ID": "x"}).result
    assert b24.crm.deal.update(deal, {"TITLE": "Другой"}).result is True
    assert b24.crm.deal.get(deal).result["TITLE"] == "Другой"
    assert b24.crm.deal.list(select=["ID"], filter={"=ORIGIN_ID": "x"}).result == [{"ID": str(deal)}]
    assert b24.crm.deal.fields().value["TITLE"].type == "string"
    assert b24.crm.deal.delete(deal).result is True


def fill(b24: Any) -> None:
    wishes = [b24.crm.item.add(DEAL, {"title": f"Заказ {n}"}) for n in range(PAGES)]
    made = b24.call_batches(wishes).result
    assert (len(made.result), made.result_error) == (PAGES, {})


def test_all_pages(b24: Any, portal: RunningPortal) -> None:
    fill(b24)
    ids = list(range(1, PAGES + 1))
    listed = b24.crm.item.list(entity_type_id=DEAL, select=["id", "title"], order={"id": "ASC"})
    assert (listed.response.total, listed.response.next, len(listed.result["items"])) == (PAGES, 50, 50)
    assert [one["id"] for one in listed.as_list().result] == ids
    portal.forget_calls()
    fast = b24.crm.item.list(entity_type_id=DEAL, select=["id", "title"]).as_list_fast()
    assert [one["id"] for one in fast.result] == ids
    assert portal.calls()["counters"]["requests"] == 2
    falling = b24.crm.deal.list(select=["ID"]).as_list_fast(descending=True, limit=120)
    assert [int(one["ID"]) for one in falling.result] == ids[::-1][:120]
    named = b24.crm.deal.list(select=["ID"], filter={"ID": [3, 5, 777]}).as_list()
    assert [one["ID"] for one in named.result] == ["3", "5"]


def test_a_batch_with_references(b24: Any, token: BitrixWebhook) -> None:
    answer = b24.call_batch(
        {
            "contact": b24.crm.contact.add({"NAME": "Иван", "PHONE": [{"VALUE": "+7 900", "VALUE_TYPE": "WORK"}]}),
            "deal": b24.crm.item.add(DEAL, {"title": "A & B", "contactId": "$result[contact]"}),
            "list": b24.crm.item.list(entity_type_id=DEAL, filter={"contactId": "$result[contact]"}),
        }
    ).result
    assert (answer.result["deal"]["item"]["title"], answer.result["deal"]["item"]["contactId"]) == ("A & B", 1)
    assert (answer.result_total, answer.result_error) == ({"list": 1}, [])
    assert answer.result_time["contact"].operating == 0
    rows = {"ownerType": "D", "ownerId": "$result[deal][item][id]", "productRows": [{"productName": "Стол", "price": 5}]}
    raw = token.call_batch(
        {"deal": ("crm.item.add", {"entityTypeId": 2, "fields": {}}), "rows": ("crm.item.productrow.set", rows)}
    )
    assert raw["result"]["result"]["rows"]["productRows"][0]["ownerId"] == 2


def test_a_batch_keeps_what_went_well_and_may_stop(b24: Any) -> None:
    wishes = [b24.crm.deal.add({"TITLE": "A"}), b24.crm.deal.get(77), b24.crm.deal.add({"TITLE": "B"})]
    whole = b24.call_batch(wishes).result
    assert (whole.result, whole.result_error["1"]["error_description"]) == ({"0": 1, "2": 2}, "Not found")
    halted = b24.call_batch(wishes, halt=True).result
    assert (halted.result, list(halted.result_error)) == ([3], ["1"])


def test_user_fields(b24: Any) -> None:
    field: dict[str, Any] = {
        "FIELD_NAME": "PROMO",
        "USER_TYPE_ID": "enumeration",
        "LIST": [{"VALUE": "ЛЕТО"}, {"VALUE": "ЗИМА"}],
    }
    number = b24.crm.deal.userfield.add(field | {"EDIT_FORM_LABEL": "Промокод"}).result
    shown = b24.crm.deal.userfield.get(number).result
    assert (shown["FIELD_NAME"], shown["EDIT_FORM_LABEL"]["ru"]) == ("UF_CRM_PROMO", "Промокод")
    winter = shown["LIST"][1]["ID"]
    camel = b24.crm.item.add(DEAL, {"title": "A", "ufCrmPromo": winter}).result["item"]
    original = b24.crm.item.get(DEAL, camel["id"], use_original_uf_names=True).result["item"]
    assert (camel["ufCrmPromo"], original["UF_CRM_PROMO"]) == (int(winter), int(winter))
    assert [one["ID"] for one in b24.crm.deal.userfield.list(filter={"FIELD_NAME": "UF_CRM_PROMO"}).result] == [str(number)]
    made = b24.userfieldconfig.add(
        "crm", {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_NUMBER", "userTypeId": "string", "editFormLabel": {"ru": "Номер"}}
    ).result["field"]
    assert b24.userfieldconfig.get("crm", int(made["id"])).result["field"]["fieldName"] == "UF_CRM_NUMBER"
    assert len(b24.userfieldconfig.list("crm", filter={"entityId": "CRM_DEAL"}).as_list().result) == 2
    described = b24.crm.item.fields(entity_type_id=DEAL).result["fields"]
    assert (described["ufCrmPromo"]["upperName"], described["ufCrmNumber"]["title"]) == ("UF_CRM_PROMO", "Номер")
    assert b24.crm.deal.userfield.delete(number).result is True


def test_products_of_a_deal(b24: Any) -> None:
    deal = b24.crm.deal.add({"TITLE": "A"}).result
    rows = [{"productName": "Стол", "price": 100, "quantity": 2}, {"productName": "Стул", "price": "50.5", "quantity": 4}]
    kept = b24.crm.item.productrow.set(deal, "D", rows).result["productRows"]
    assert [(row["price"], row["quantity"]) for row in kept] == [(100, 2), (50.5, 4)]
    first = b24.crm.item.productrow.get(kept[0]["id"]).result["productRow"]
    changed = b24.crm.item.productrow.update(first["id"], {"quantity": 3}).result["productRow"]
    assert (changed["quantity"], changed["productName"]) == (3, "Стол")
    b24.crm.item.productrow.delete(kept[1]["id"]).call()
    listed = b24.crm.item.productrow.list(filter={"=ownerType": "D", "=ownerId": deal}).as_list()
    assert [row["id"] for row in listed.result] == [first["id"]]
    assert b24.crm.deal.productrows.set(deal, [{"PRODUCT_NAME": "Шкаф", "PRICE": 7}]).result is True
    assert b24.crm.deal.productrows.get(deal).result[0]["PRODUCT_NAME"] == "Шкаф"
    assert b24.crm.deal.get(deal).result["OPPORTUNITY"] == "7.00"


def test_users(b24: Any) -> None:
    wishes = [b24.user.add({"EMAIL": f"new{n}@portal.example", "LAST_NAME": f"Новый {n}"}) for n in range(50)]
    numbers = b24.call_batch(wishes).result.result
    assert len(b24.user.get().as_list().result) == len(list(b24.user.get().as_list_fast().result)) == 55
    assert b24.user.update({"ID": numbers[0], "ACTIVE": False}).result is True
    active = b24.user.get(filter={"ACTIVE": True}, sort="ID", order="DESC")
    assert (active.response.total, active.result[0]["ID"]) == (54, str(numbers[-1]))
    found = b24.user.get(filter={"LAST_NAME": "Гусева"}).values
    assert [(one.name, one.active) for one in found] == [("Ольга", True)]
    assert b24.user.current().result["ID"] == "1"
    assert b24.user.admin().result is True
    assert b24.profile().value.bitrix_id == 1


def test_errors_become_the_exceptions_meant_for_them(front: TlsFront, portal: RunningPortal, token: BitrixWebhook) -> None:
    with pytest.raises(BitrixAPIInvalidCredentials):
        BitrixWebhook(domain=front.domain, webhook_token="1/wrong").call_method("profile")
    portal.faults.fail_next(503, error="QUERY_LIMIT_EXCEEDED")
    with pytest.raises(BitrixAPIServiceUnavailable):
        token.call_method("profile", max_retries=1)


def test_an_application_with_its_token_and_its_events(front: TlsFront, portal: RunningPortal) -> None:
    application = portal.install_application()
    app = BitrixApp(client_id=application.client_id, client_secret=application.client_secret)
    b24 = Client(BitrixToken(domain=front.domain, auth_token=application.access_token, bitrix_app=app))
    assert b24.user.current().result["ID"] == "1"
    assert b24.app.info().result["STATUS"] == "L"
    assert b24.event.bind("onCrmDealAdd", event_type="offline").result is True
    number = b24.crm.deal.add({"TITLE": "A"}).result
    taken = b24.event.offline.get().result
    assert [one["EVENT_DATA"]["FIELDS"]["ID"] for one in taken["events"]] == [str(number)]
    batch = b24.call_batch({"a": b24.crm.deal.get(number)}).result
    assert batch.result["a"]["TITLE"] == "A"
    stranger = Client(BitrixToken(domain=front.domain, auth_token="no such token", bitrix_app=app))
    with pytest.raises(BitrixOAuthNoAuthFound):
        _ = stranger.user.current().result


def test_the_front_serves_other_clients_too(front: TlsFront, certificate: Path) -> None:
    assert (
        requests.get(f"https://{front.domain}/rest/profile", verify=str(certificate), timeout=5).json()["error"]
        == "NO_AUTH_FOUND"
    )


def test_products_of_the_catalogue(b24: Any, portal: RunningPortal) -> None:
    wishes = [b24.catalog.product.add({"iblockId": 23, "name": f"Товар {n} & Ко", "xmlId": f"guid-{n}"}) for n in range(PAGES)]
    made = b24.call_batches(wishes).result
    assert (len(made.result), made.result_error) == (PAGES, {})
    changed = b24.catalog.product.update(1, {"name": "Чайник", "active": "N"}).result["element"]
    assert (changed["name"], changed["active"], changed["xmlId"]) == ("Чайник", "N", "guid-0")
    assert b24.catalog.product.get(1).result["product"]["name"] == "Чайник"
    fields, ids = ["id", "iblockId", "xmlId"], list(range(1, PAGES + 1))
    listed = b24.catalog.product.list(select=fields, filter={"iblockId": 23}, order={"id": "ASC"})
    assert (listed.response.total, listed.response.next, len(listed.result["products"])) == (PAGES, 50, 50)
    assert [one["id"] for one in listed.as_list().result] == ids
    portal.forget_calls()
    fast = b24.catalog.product.list(select=fields, filter={"iblockId": 23}).as_list_fast()
    assert [one["id"] for one in fast.result] == ids
    assert portal.calls()["counters"]["requests"] == 2
    several = b24.catalog.product.list(select=fields, filter={"iblockId": 23, "=xmlId": ["guid-7", "guid-3"]}).result[
        "products"
    ]
    assert [one["id"] for one in several] == [4, 8]
    price = b24.catalog.price.add({"productId": 1, "catalogGroupId": 1, "price": 10.5, "currency": "RUB"}).result["price"]
    assert (price["id"], price["price"]) == (1, 10.5)
    assert b24.catalog.product.delete(1).result is True
    with pytest.raises(BitrixAPIError) as gone:
        _ = b24.catalog.product.get(1).result
    assert gone.value.error_description == "product does not exist."
