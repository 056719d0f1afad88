"""``crm.product.*`` and its like: the same catalogue by old names, all texts."""

from tests.emulators.bitrix24_portal.application import App
from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.test_catalog_products import add
from uzel.emulators.bitrix24_portal import RunningPortal


def test_a_product_with_its_price(rest: Client) -> None:
    fields = {"NAME": "Чайник", "PRICE": 4900, "CURRENCY_ID": "RUB", "XML_ID": "guid", "MEASURE": 4, "VAT_ID": 6}
    number = rest.call("crm.product.add", fields=fields).result
    assert number == 1
    shown = rest.call("crm.product.get", id=number).result
    assert (shown["ID"], shown["NAME"], shown["PRICE"], shown["CURRENCY_ID"]) == ("1", "Чайник", "4900.00", "RUB")
    assert (shown["CATALOG_ID"], shown["XML_ID"], shown["MEASURE"], shown["SECTION_ID"]) == ("23", "guid", "4", None)
    assert rest.call("catalog.price.list", select=["price"]).result["prices"] == [{"price": 4900}]
    assert rest.call("crm.product.update", id=number, fields={"PRICE": "5000", "NAME": "Другой"}).result is True
    assert rest.call("crm.product.get", ID=number).result["PRICE"] == "5000.00"
    assert rest.call("catalog.product.get", id=number).result["product"]["name"] == "Другой"
    assert rest.call("crm.product.fields").result["NAME"]["isRequired"] is True
    assert rest.call("crm.product.delete", id=number).result is True
    assert rest.call("crm.product.get", id=number).error == (400, "", "Product is not found")


def test_lists_by_old_names(rest: Client) -> None:
    for number in range(1, 61):
        add(rest, xmlId=f"guid-{number}")
    got = rest.call("crm.product.list", filter={">ID": 5, "CATALOG_ID": 23}, order={"ID": "DESC"}, select=["NAME", "XML_ID"])
    assert (got.result[0], got.json["total"], got.json["next"]) == ({"ID": "60", "NAME": "Чайник", "XML_ID": "guid-60"}, 55, 50)
    assert [one["ID"] for one in rest.call("crm.product.list", filter={"XML_ID": "guid-7"}, select=["ID"]).result] == ["7"]
    assert rest.call("crm.product.list", select=["PRICE"], filter={"ID": 3}).result == [{"ID": "3", "PRICE": None}]


def test_sections_measures_and_rates(rest: Client) -> None:
    top = rest.call("crm.productsection.add", fields={"NAME": "Посуда", "XML_ID": "g"}).result
    inner = rest.call("crm.productsection.add", fields={"NAME": "Чайники", "SECTION_ID": top}).result
    assert rest.call("crm.productsection.get", id=inner).result["SECTION_ID"] == str(top)
    assert rest.call("crm.productsection.add", fields={"NAME": "A", "SECTION_ID": 77}).error[1] == ""
    assert rest.call("crm.productsection.update", id=inner, fields={"NAME": "B"}).result is True
    assert [one["NAME"] for one in rest.call("crm.productsection.list").result] == ["Посуда", "B"]
    assert rest.call("crm.productsection.delete", id=top).result is True
    assert rest.call("crm.productsection.list").result == []
    assert "шт" in [one["SYMBOL_RUS"] for one in rest.call("crm.measure.list").result]
    assert rest.call("crm.vat.list", filter={"NAME": "НДС 20%"}, select=["RATE"]).result == [{"ID": "6", "RATE": "20"}]


def test_a_manager_may_only_read(portal: RunningPortal, rest: Client) -> None:
    rest.call("crm.product.add", fields={"NAME": "A"})
    manager = Client(portal, portal.webhook_of(2))
    assert manager.call("crm.product.get", id=1).result["NAME"] == "A"
    assert manager.call("crm.product.delete", id=1).error == (400, "", "Access Denied")
    manager.close()


def test_an_application_hears_of_products_offline(portal: RunningPortal, rest: Client) -> None:
    app = App(portal, portal.install_application())
    assert app.call("event.bind", event="CATALOG.PRODUCT.ON.ADD", event_type="offline").result is True
    add(rest)
    events = app.call("event.offline.get").result["events"]
    assert [(one["EVENT_NAME"], one["EVENT_DATA"]) for one in events] == [
        ("CATALOG.PRODUCT.ON.ADD", {"FIELDS": {"ID": "1", "TYPE": "1"}})
    ]
    app.close()
    narrow = App(portal, portal.install_application(scopes=("crm", "basic")))
    refused = narrow.call("event.bind", event="CATALOG.PRODUCT.ON.ADD", event_type="offline")
    assert refused.error[1] == "ERROR_EVENT_NOT_FOUND"
    narrow.close()


def test_the_board_counts_products(portal: RunningPortal, rest: Client) -> None:
    add(rest)
    assert rest.send("GET", "/_emulator/board?category=0").json["products"] == 1
    state = rest.send("GET", "/_emulator/state").json
    assert (state["products"][0]["name"], state["sections"], state["price_types"][0]["name"]) == ("Чайник", [], "BASE")
