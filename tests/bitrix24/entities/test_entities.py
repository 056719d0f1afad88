"""Entities of the portal by values: what is asked, what is read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from uzel.bitrix24.entities import catalog, client_card, deal, deal_fields, product_row, requisite, user
from uzel.bitrix24.entities.client_card import ClientCard, KnownCard, MultiValue
from uzel.bitrix24.entities.deal import DealState
from uzel.bitrix24.entities.product_row import DealRow
from uzel.bitrix24.values import as_int, as_money, as_number, as_text, is_yes

OLD_NAME_LIMIT = 20  # characters; some portals take no longer names of user fields


def test_values_are_read_however_the_portal_spells_them() -> None:
    assert [is_yes(value) for value in ("1", "Y", True, 1, "N", "0", False, None, "")] == [True] * 4 + [False] * 5
    assert (as_int("17"), as_int(None), as_int(""), as_int("x")) == (17, 0, 0, 0)
    assert (as_money("100.5|RUB"), as_money(None)) == (Decimal("100.50"), Decimal("0.00"))
    assert (as_number("1 234,5"), as_number("много")) == (Decimal("1234.5"), Decimal(0))
    assert (as_text(None), as_text(False), as_text(5)) == ("", "", "5")


def test_names_of_user_fields_fit_every_portal() -> None:
    assert max(len(field.code) for field in deal_fields.DEAL_FIELDS) <= OLD_NAME_LIMIT
    assert len({field.code for field in deal_fields.DEAL_FIELDS}) == len(deal_fields.DEAL_FIELDS)


def test_a_deal_is_read_and_shown_in_the_portals_names() -> None:
    item = {
        "id": 17, "stageId": "C5:NEW", "currencyId": "RUB", "opportunity": "99.9", "assignedById": "7", "comments": None,
        "contactId": 3, "companyId": 0, "categoryId": 5, "updatedBy": "1", "originatorId": "uzel:shop", "originId": "doc",
        "UF_CRM_UZEL_NODE": "51", "UF_CRM_UZEL_PAID": "1", "UF_CRM_UZEL_BONUS": 12.5, "UF_CRM_UZEL_HOLD": "Y",
    }  # fmt: skip
    found = deal.read_deal(item, deal_fields.NODE)
    assert (found.deal_id, found.category_id, found.hold, found.origin_id) == (17, 5, True, "doc")
    assert found.state == DealState(
        stage_id="C5:NEW", opportunity=Decimal("99.90"), assigned_by_id=7, contact_id=3, node="51", paid=True,
        paid_by_bonus=Decimal("12.50"),
    )  # fmt: skip
    given = {"opportunity": Decimal("99.90"), "paid": False, "promo_code": "", "paid_by_bonus": Decimal(0)}
    shown = deal.show(given, deal_fields.NODE)
    assert shown == {
        "opportunity": "99.90", "isManualOpportunity": "Y", "UF_CRM_UZEL_PAID": "0", "UF_CRM_UZEL_PROMO": "",
        "UF_CRM_UZEL_BONUS": "",
    }  # fmt: skip
    assert deal.show({"comments": "x"}, deal_fields.NODE) == {"comments": "x"}


def test_a_deals_node_is_an_item_of_a_list_or_its_parent() -> None:
    assert deal.show({"node": "7"}, "parentId1030") == {"parentId1030": "7"}
    assert deal.show({"node": "51"}, deal_fields.NODE) == {deal_fields.NODE: "51"}
    item = {"id": 17, "parentId1030": 7, "parentId1032": 8, deal_fields.NODE: "51"}
    assert deal.read_deal(item, "parentId1030").state.node == "7"
    assert deal.read_deal(item, deal_fields.NODE).state.node == "51"
    assert deal.read_deal({"id": 17, "parentId1030": 0}, "parentId1030").state.node == ""


def test_rows_are_written_with_what_they_say_and_read_in_their_order() -> None:
    rows = [
        DealRow("Чай", Decimal("90.00"), Decimal("1.50"), Decimal("10.00"), Decimal(20)),
        DealRow("Кружка", Decimal(5), Decimal(1)),
    ]
    written = product_row.set_rows("k", 17, rows).params["productRows"]
    assert written[0] == {
        "productName": "Чай", "price": "90.00", "quantity": "1.5", "taxIncluded": "Y", "measureCode": "796", "sort": 10,
        "discountTypeId": 1, "discountSum": "10.00", "taxRate": "20",
    }  # fmt: skip
    assert {"discountSum", "taxRate", "productId"}.isdisjoint(written[1])
    shown = [
        {
            "id": 2, "ownerId": 17, "productName": "Б", "price": 5, "quantity": 1, "taxRate": None, "taxIncluded": "N",
            "measureCode": 6, "sort": 20,
        },
        {
            "id": 3, "ownerId": 17, "productName": "А", "price": 90, "quantity": "1.5", "taxRate": 20, "taxIncluded": "Y",
            "sort": 10,
        },
    ]  # fmt: skip
    first, second = product_row.read_rows({"productRows": shown})
    assert (first.name, first.vat_rate, first.measure_code) == ("А", Decimal(20), "796")
    assert (second.name, second.vat_rate, second.vat_included, second.measure_code) == ("Б", None, False, "006")
    assert set(product_row.read_rows_by_deal(shown)) == {17}


def test_a_changed_card_names_values_by_their_ids() -> None:
    card = ClientCard(phones=("1", "2"), emails=("a",))
    known = KnownCard(31, card, (MultiValue(15, "1"), MultiValue(16, "2")), (MultiValue(17, "a"),))
    command = client_card.update("u", known, {"phones": ("2", "3"), "last_name": "Ким"})
    assert command.method == "crm.contact.update"
    assert command.params == {
        "id": 31,
        "fields": {"LAST_NAME": "Ким", "PHONE": [{"VALUE": "3", "VALUE_TYPE": "WORK"}, {"ID": 15, "VALUE": ""}]},
    }
    company = replace(known, card=replace(card, kind="company"))
    assert client_card.update("u", company, {"name": "Ромашка"}).params["fields"] == {"TITLE": "Ромашка"}


def test_cards_are_read_with_the_first_requisite_that_has_an_inn() -> None:
    item = {
        "id": 5, "title": "Ромашка", "updatedBy": 1, "updatedTime": "2026-03-02T10:00:00+03:00",
        "fm": [{"id": 1, "typeId": "PHONE", "value": "1"}, {"id": 2, "typeId": "WEB", "value": "x"}],
    }  # fmt: skip
    listed = [
        {"ID": "8", "ENTITY_ID": "5"}, {"ID": "9", "ENTITY_ID": "5", "RQ_INN": "7701234567"},
        {"ID": "10", "ENTITY_ID": "5", "RQ_INN": "0"},
    ]  # fmt: skip
    places = [
        {"TYPE_ID": "6", "ENTITY_ID": "9", "ADDRESS_1": "Тверская, 1", "CITY": "Москва", "POSTAL_CODE": "125009"},
        {"TYPE_ID": "8", "ENTITY_ID": "9", "ADDRESS_1": "а/я 5"}, {"TYPE_ID": "1", "ENTITY_ID": "8", "ADDRESS_1": "чужой"},
    ]  # fmt: skip
    (known,) = client_card.read_cards({"items": [item]}, "company", requisite.read_legal(listed, places))
    assert (known.card.legal_address, known.card.address, known.addresses) == (
        "125009, Москва, Тверская, 1", "", ("legal_address",),
    )  # fmt: skip
    line = requisite.put_address("a", 9, "legal_address", "Арбат, 2", known=True)
    assert (line.method, line.params["fields"]["ADDRESS_1"], line.params["fields"]["CITY"]) == (
        "crm.address.update",
        "Арбат, 2",
        "",
    )
    assert (known.card.name, known.card.phones, known.card.inn, known.requisite_id) == ("Ромашка", ("1",), "7701234567", 9)
    assert client_card.read_found([], "contact") == []
    assert client_card.read_found({"CONTACT": ["4", 5]}, "contact") == [4, 5]


def test_users_have_their_names_in_the_order_of_1c() -> None:
    item = {"ID": "4", "NAME": "Ольга", "LAST_NAME": "Гусева", "SECOND_NAME": "Сергеевна", "ACTIVE": False}
    assert user.read_user(item) == user.User(4, "Гусева Ольга Сергеевна", active=False)
    assert user.read_user({"ID": 1, "NAME": "Обмен"}).active


def test_known_fields_are_read_with_their_items() -> None:
    items = [{"ID": "51", "VALUE": "Тверская (shop)"}]
    listed = [{"ID": "7", "FIELD_NAME": "UF_CRM_UZEL_NODE", "USER_TYPE_ID": "enumeration", "LIST": items}]
    (field,) = deal_fields.read_known(listed).values()
    assert (field.field_id, field.items) == (7, ((51, "Тверская (shop)"),))
    extended = deal_fields.extend("k", 7, field.items, (("arbat", "Арбат (arbat)"),)).params
    assert extended["fields"]["LIST"] == [{"ID": 51, "VALUE": "Тверская (shop)"}, {"XML_ID": "arbat", "VALUE": "Арбат (arbat)"}]


def test_a_field_that_is_gone_shows_what_it_showed() -> None:
    shown = DealState(promo_code="ЛЕТО", number="A-1")
    found = deal.read_deal({"id": 17, "UF_CRM_UZEL_NUMBER": None, "comments": "x"}, deal_fields.NODE)
    assert {"promo_code", "hold", "node"} <= found.absent
    assert (found.over(shown).promo_code, found.over(shown).number, found.over(shown).comments) == ("ЛЕТО", "", "x")


@pytest.mark.parametrize(
    ("family", "code", "text", "gone"),
    [
        (catalog.PRODUCT, "", "product does not exist.", True),
        (catalog.VARIATION, "0", "Product variation with the specified identifier does not exist", True),
        (catalog.PRODUCT, "0", "Section with the specified identifier does not exist", False),
        (catalog.PRODUCT, "0", "VAT rate with the specified identifier does not exist", False),
        (catalog.VARIATION, "0", "The specified currency for the purchase price does not exist", False),
        (catalog.PRODUCT, "0", "User with the specified identifier who created the product does not exist", False),
        (catalog.PRODUCT, "", "PriceType does not exist.", False),
        (catalog.SECTION, "200700300030", "section does not exist.", True),
        (catalog.SECTION, "200700300010", "Parent section does not exist", False),
    ],
)
def test_only_what_is_updated_itself_can_be_gone(family: catalog.Family, code: str, text: str, *, gone: bool) -> None:
    assert catalog.is_gone(family, code, text) is gone


def test_why_prices_were_refused_is_told_by_the_words() -> None:
    texts = (
        "The specified currency does not exist",
        "Validate price error. Catalog price group is wrong",
        "PriceType does not exist.",
    )
    assert [catalog.lacks_currency(text) for text in texts] == [True, False, False]
    assert [catalog.lacks_price_type(text) for text in texts] == [False, True, True]
