"""A document of 1C becomes an order over what is known of it; and what 1C gives back of ours is no edit."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.mapping.document_order import document_of, order_of
from uzel.mapping.rules import NodeRules, StageRow
from uzel.model import Counterparty, LegalDetails, Order, OrderLine, Problem, Responsible
from uzel.model.order import CANCELED
from uzel.sync.fields import changed, lacking
from uzel.sync.ownership import ownership
from uzel.sync.plan import States, news_from_node, news_from_portal

GUID = "1a2b3c4d-0000-4000-8000-00000000000{}"
UNF = NodeRules("unf", "УНФ", stages=(StageRow("N", "Принят", "NEW"), StageRow("F", "Выполнен", "WON")))
UT = NodeRules("ut", "УТ", profile="ut")
BITRIX = NodeRules("bitrix", "Модуль", profile="bitrix")
LINE = OrderLine("item", "Чай", Decimal(2), Decimal(50), Decimal(100), vat_rate=Decimal(20))
BUYER = Counterparty(GUID.format(7), "Иванов Иван", phones=("+7 900 111-22-33",), legal=LegalDetails(inn="770000000000"))


def document(requisites: dict[str, str] | None = None, **fields: Any) -> Document:
    """An order as 1C sends it."""
    head: dict[str, Any] = {
        "document_id": GUID.format(1), "number": "17", "date": dt.date(2024, 5, 1), "time": dt.time(0),
        "operation": "Заказ товара", "currency": "RUB", "total": Decimal(100), "lines": (LINE,),
        "counterparties": (DocumentCounterparty("Покупатель", replace(BUYER, phones=())),),
    }  # fmt: skip
    said = {"Проведен": "true", **(requisites or {})}
    return Document(**{**head, **fields}, requisites={name: (value,) for name, value in said.items()})


def read(document: Document, previous: Order | None = None, rules: NodeRules = UNF) -> Order:
    return order_of(document, previous, rules)[0]


KNOWN = read(document({"Номер по 1С": "СЕВ-17", "Статуса заказа ИД": "N", "Промокод": "ЛЕТО"}, comment="Позвонить"))


# --- what is said, and what is not --------------------------------------------------------------------------------------


def test_a_new_order() -> None:
    assert Order(
        GUID.format(1), "17", dt.date(2024, 5, 1), dt.time(0), "RUB", Decimal(100), "N", "Позвонить", replace(BUYER, phones=()),
        (LINE,), promo_code="ЛЕТО", number_in_node="СЕВ-17", posted=True,
    ) == KNOWN  # fmt: skip


def test_what_a_document_does_not_mention_stays() -> None:
    silent = Document(GUID.format(1), operation="Заказ товара")
    assert read(silent, KNOWN) == KNOWN


def test_what_it_mentions_counts_even_when_empty() -> None:
    order = read(document({"Промокод": ""}, comment="", lines=(), total=Decimal(0)), KNOWN)
    assert (order.promo_code, order.comment, order.lines, order.total) == ("", "", (), Decimal(0))


def test_what_cannot_be_understood_is_a_problem_and_changes_nothing() -> None:
    order, problems = order_of(document({"Оплачен": "наверное", "Отменен": "может быть"}), replace(KNOWN, paid=True), UNF)
    assert (order.paid, order.status) == (True, "N")
    assert [(one.code, one.where, one.fatal) for one in problems] == [
        ("requisite_unreadable", "Оплачен", False), ("requisite_unreadable", "Отменен", False),
    ]  # fmt: skip


def test_the_time_of_an_order_is_kept_as_long_as_its_date_is() -> None:
    known = replace(KNOWN, time=dt.time(14, 35))
    assert read(document(), known).time == dt.time(14, 35)
    assert read(document(date=dt.date(2024, 5, 2)), known).time == dt.time(0)


def test_numbers_and_dates_of_1c_come_as_elements_too_and_the_requisites_are_the_last_word() -> None:
    moment = dt.datetime.fromisoformat("2024-05-01T09:00:00")
    order = read(document(number_in_node="A", date_in_node=moment))
    assert (order.number_in_node, order.date_in_node) == ("A", moment)
    assert read(document({"Номер по 1С": "B"}, number_in_node="A")).number_in_node == "B"


# --- the buyer ------------------------------------------------------------------------------------------------------------


def test_the_buyer_is_taken_by_his_role() -> None:
    payer = DocumentCounterparty("Плательщик", Counterparty("p", "Плательщик"))
    buyer = DocumentCounterparty("Покупатель", Counterparty("b", "Покупатель"))
    assert read(document(counterparties=(payer, buyer))).counterparty.name == "Покупатель"
    assert read(document(counterparties=(payer,))).counterparty.name == "Плательщик"
    assert read(document(counterparties=()), KNOWN).counterparty == KNOWN.counterparty


def party(**fields: Any) -> Document:
    return document(counterparties=(DocumentCounterparty("Покупатель", replace(Counterparty(GUID.format(7)), **fields)),))


def test_contacts_and_codes_that_the_file_is_silent_about_stay() -> None:
    known = replace(KNOWN, counterparty=replace(BUYER, address="Уфа"))
    order = read(party(name="Иванов Иван Иванович", legal=LegalDetails(kpp="123456789")), known)
    assert order.counterparty == replace(
        known.counterparty, name="Иванов Иван Иванович", legal=LegalDetails("770000000000", "123456789")
    )


def test_another_counterparty_replaces_the_buyer_as_a_whole() -> None:
    other = Counterparty(GUID.format(8), "Пётр")
    order = read(document(counterparties=(DocumentCounterparty("Покупатель", other),)), replace(KNOWN, counterparty=BUYER))
    assert order.counterparty == other


def test_a_buyer_of_the_portal_gets_the_id_of_the_base_and_keeps_his_phones() -> None:
    known = replace(KNOWN, counterparty=replace(BUYER, counterparty_id="b24-contact-5"))
    order = read(party(name="Иванов Иван", full_name="Иванов Иван"), known)
    assert order.counterparty == BUYER  # the full name only repeats the name


def test_a_nameless_id_is_the_same_buyer_only_by_name() -> None:
    known = replace(KNOWN, counterparty=BUYER)
    assert read(party(counterparty_id="", name="Иванов Иван"), known).counterparty == BUYER
    assert read(party(counterparty_id="", name="Пётр"), known).counterparty == Counterparty("", "Пётр")
    assert read(party(counterparty_id=""), known).counterparty == BUYER


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ((), ("+7 900 111-22-33", "112")),
        (("89001112233",), ("+7 900 111-22-33", "112")),  # a base that keeps one phone has not deleted the other
        (("8 900 999-99-99",), ("8 900 999-99-99", "+7 900 111-22-33", "112")),
    ],
)
def test_phones_are_added_and_never_multiplied(said: tuple[str, ...], kept: tuple[str, ...]) -> None:
    known = replace(KNOWN, counterparty=replace(BUYER, phones=("+7 900 111-22-33", "112")))
    assert read(party(name="Иванов Иван", phones=said), known).counterparty.phones == kept


def test_emails_are_compared_without_case() -> None:
    known = replace(KNOWN, counterparty=replace(BUYER, emails=("a@x.ru",)))
    assert read(party(emails=("A@X.ru",)), known).counterparty.emails == ("a@x.ru",)


# --- the responsible -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "person"),
    [
        ({}, Responsible("001", "Гусева Ольга")),
        ({"Табельный номер ответственного": "001"}, Responsible("001", "Гусева Ольга")),
        ({"Ответственный": "Ольга Гусева"}, Responsible("001", "Ольга Гусева")),
        ({"Табельный номер ответственного": "002"}, Responsible("002", "")),
        ({"Ответственный": "Соколова Анна"}, Responsible("", "Соколова Анна")),
        ({"Табельный номер ответственного": "", "Ответственный": ""}, Responsible()),
    ],
)
def test_responsible(said: dict[str, str], person: Responsible) -> None:
    known = replace(KNOWN, responsible=Responsible("001", "Гусева Ольга"))
    assert read(document(said), known).responsible == person


# --- paid, shipped ---------------------------------------------------------------------------------------------------------


def test_ut_says_by_the_presence_of_dates_what_is_paid_and_shipped() -> None:
    paid = read(document({"Дата оплаты по 1С": "2024-05-02T9:05:00"}), None, UT)
    assert (paid.paid, paid.shipped, paid.status) == (True, False, "@paid")
    both = read(document({"Дата оплаты по 1С": "2024-05-02", "Дата отгрузки по 1С": "2024-05-03"}), paid, UT)
    assert (both.paid, both.shipped, both.status) == (True, True, "@done")
    unpaid = read(document(), both, UT)
    assert (unpaid.paid, unpaid.shipped, unpaid.status) == (False, False, "@new")


@pytest.mark.parametrize("rules", [UNF, BITRIX])
def test_the_others_say_nothing_by_silence(rules: NodeRules) -> None:
    order = read(document({"Дата оплаты по 1С": "2024-05-02"}), replace(KNOWN, shipped=True), rules)
    assert (order.paid, order.shipped) == (False, True)


def payment(total: int, name: str = "Оплачен", value: str | None = "true", **fields: Any) -> Document:
    said = {} if value is None else {name: (value,)}
    return Document(f"p{total}", operation="Выплата наличных денег", total=Decimal(total), requisites=said, **fields)


def shipment(value: str) -> Document:
    return Document("s", operation="Отпуск товара", requisites={"Отгружен": (value,)})


@pytest.mark.parametrize(
    ("documents", "paid", "shipped"),
    [
        ((), False, False),
        ((payment(100),), True, False),
        ((payment(100, "Оплачено"),), True, False),
        ((payment(100, value=None),), True, False),
        ((payment(40),), False, False),
        ((payment(40), payment(60)), True, False),
        ((payment(100, value="false"),), False, False),
        ((shipment("true"),), False, True),
        ((shipment("false"),), False, False),
        ((replace(payment(100), requisites={"Оплачен": ("true",), "ПометкаУдаления": ("true",)}),), False, False),
        ((replace(payment(100), operation="Возврат наличных денег"),), False, False),
    ],
)
def test_subordinates_of_an_order_that_says_nothing_itself(documents: tuple[Document, ...], paid: bool, shipped: bool) -> None:
    order = read(document(subordinates=documents), None, BITRIX)
    assert (order.paid, order.shipped) == (paid, shipped)


def test_what_the_order_says_of_itself_goes_before_its_subordinates() -> None:
    order = read(document({"Оплачен": "false", "Отгружен": "false"}, subordinates=(payment(100), shipment("true"))))
    assert (order.paid, order.shipped) == (False, False)


# --- the status ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "before", "rules", "status"),
    [
        ({"Статуса заказа ИД": "F"}, "N", UNF, "F"),
        ({"Статус заказа": "[F] Выполнен"}, "N", UNF, "F"),
        ({"Статус заказа": "Выполнен"}, "N", UNF, "F"),
        ({"Статус заказа": " принят "}, "@paid", BITRIX, "N"),
        ({"Статус заказа": "Отменен"}, "N", UNF, CANCELED),
        ({"Статус заказа": "Новый", "Оплачен": "true"}, "@new", UNF, "@paid"),  # the name of what the flags say
        ({"Статус заказа": "Открыт"}, "N", UNF, "N"),
        ({"Статуса заказа ИД": "P", "Статус заказа": "Открыт"}, "N", UNF, "P"),
        ({"Статуса заказа ИД": "F", "Отменен": "true"}, "N", UNF, CANCELED),
        ({"Статуса заказа ИД": "F", "ПометкаУдаления": "true"}, "N", UNF, CANCELED),
        ({"Статуса заказа ИД": "N"}, CANCELED, UNF, "N"),
        ({}, CANCELED, UNF, "@new"),  # UNF and UT say it only when it is true
        ({}, CANCELED, UT, "@new"),
        ({}, CANCELED, BITRIX, "@new"),  # to Bitrix absence is always a living order
        ({"Отменен": "false"}, CANCELED, BITRIX, "@new"),
        ({}, "N", UNF, "N"),
        ({"Оплачен": "true"}, "@new", UNF, "@paid"),
        ({"Оплачен": "true"}, "N", UNF, "@paid"),  # a base that gives no codes moves on by its flags
    ],
)
def test_status(said: dict[str, str], before: str, rules: NodeRules, status: str) -> None:
    assert read(document(said), replace(KNOWN, status=before), rules).status == status


@pytest.mark.parametrize(("rules", "status"), [(UNF, CANCELED), (UT, CANCELED), (BITRIX, "@new")])
def test_an_order_without_a_mark_of_1c_revives_for_the_module_alone(rules: NodeRules, status: str) -> None:
    bare = replace(document(), requisites={})
    assert read(bare, replace(KNOWN, status=CANCELED), rules).status == status
    payments_alone = Document(GUID.format(1), subordinates=(payment(100),))
    assert read(payments_alone, replace(KNOWN, status=CANCELED), rules).status == CANCELED


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ({"Статус заказа": "Открыт"}, True),
        ({"Статус заказа": "Открыт", "Статуса заказа ИД": "N"}, False),
        ({"Статус заказа": "[O] Открыт"}, False),
        ({"Статус заказа": "Новый"}, False),
        ({"Статус заказа": ""}, False),
    ],
)
def test_a_status_called_by_a_name_that_the_table_does_not_hold_is_noted(said: dict[str, str], noted: bool) -> None:
    problems = order_of(document(said), KNOWN, UNF)[1]
    what = "Статуса «Открыт» нет в таблице статусов узла, стадия не изменена"
    assert problems == ([Problem("status_unknown", "Статус заказа", what)] if noted else [])


def test_a_node_s_own_table_names_its_statuses() -> None:
    own = NodeRules("own", "Своя", profile="bitrix", stages=(StageRow("O", "Открыт", "PREPARATION"),))
    assert read(document({"Статус заказа": "Открыт"}), KNOWN, own).status == "O"


def test_a_payment_alone_moves_a_status_of_flags_and_no_code() -> None:
    paid = Document(GUID.format(1), subordinates=(payment(100),))
    assert read(paid, replace(KNOWN, status="@new"), BITRIX).status == "@paid"
    assert read(paid, replace(KNOWN, status="N"), BITRIX).status == "N"
    assert read(paid, replace(KNOWN, status=CANCELED), UNF).status == CANCELED


BACK = replace(payment(100), document_id="r", operation="Возврат наличных денег")
CAME = Document("v", operation="Возврат товара", total=Decimal(100))
HALF_BACK = replace(CAME, total=Decimal(50))
UNPAID = replace(payment(100), requisites={"ПометкаУдаления": ("true",)})
SHIP = replace(shipment("true"), total=Decimal(100))
RETIRED = NodeRules("own", "Своя", profile="bitrix", stages=(StageRow("@shipped", "Отдан", "WON"),))
OPEN = NodeRules("own", "Своя", profile="bitrix", stages=(StageRow("@done", "Закрыть", "FINAL_INVOICE"),))


@pytest.mark.parametrize(
    ("documents", "rules", "status"),
    [
        ((payment(100), SHIP), BITRIX, "@done"),
        ((payment(100), SHIP, CAME), BITRIX, "@done"),  # what was over stays over
        ((payment(100), SHIP, CAME, BACK), BITRIX, "@done"),
        ((payment(100), SHIP, HALF_BACK), BITRIX, "@done"),
        ((payment(100), SHIP, BACK), BITRIX, "@done"),
        ((payment(100), SHIP, UNPAID), BITRIX, "@shipped"),  # 1C took its word back
        ((payment(100), SHIP, CAME, UNPAID), BITRIX, "@new"),
        ((payment(100), BACK), BITRIX, "@new"),  # it was not over
        ((payment(100), BACK, SHIP), BITRIX, "@shipped"),
        ((SHIP, CAME), BITRIX, "@new"),
        ((SHIP, CAME), RETIRED, "@shipped"),
        ((payment(100), SHIP, CAME), OPEN, "@paid"),
    ],
)
def test_what_goes_back_takes_no_order_out_of_its_last_stage(
    documents: tuple[Document, ...], rules: NodeRules, status: str
) -> None:
    order = replace(KNOWN, status="@new", settlements=())
    for one in documents:
        order = read(Document(order.document_id, subordinates=(one,)), order, rules)
    assert order.status == status
    assert read(document(), order, rules).status == status, "the order alone says nothing new"
    assert read(document({"Статуса заказа ИД": "N"}), order, rules).status == "N", "the base says so itself"


@pytest.mark.parametrize(
    ("documents", "status"),
    [
        ((payment(100), SHIP, CAME, BACK), "@done"),
        ((payment(100), BACK, SHIP), "@shipped"),
        ((payment(100), SHIP, BACK), "@shipped"),
    ],
)
def test_an_order_that_is_heard_of_when_all_is_over(documents: tuple[Document, ...], status: str) -> None:
    assert read(document(subordinates=documents), None, BITRIX).status == status


# --- back to 1C, and the echo ------------------------------------------------------------------------------------------------


def test_document_of() -> None:
    order = replace(KNOWN, status="F", promo_code="", paid_by_bonus=Decimal("10.50"), responsible=Responsible("001", "Гусева"))
    written = document_of(order, UNF)
    assert (written.document_id, written.number, written.total, written.lines) == (
        order.document_id,
        "17",
        order.total,
        (LINE,),
    )
    assert written.counterparties == (DocumentCounterparty("Покупатель", order.counterparty),)
    assert written.requisites == {
        "Отменен": ("false",), "Статуса заказа ИД": ("F",), "Статус заказа": ("[F] Выполнен",), "Промокод": ("",),
        "Номер бонусной карты": ("",), "Сумма оплаченная бонусами": ("10.5",),
        "Табельный номер ответственного": ("001",), "Ответственный": ("Гусева",), "Комментарий": (order.comment,),
    }  # fmt: skip
    assert "Комментарий" not in document_of(order, UT).requisites


def test_a_status_of_flags_is_not_ordered_from_1c() -> None:
    assert document_of(replace(KNOWN, status="@paid"), UNF).requisites["Отменен"] == ("false",)
    assert "Статуса заказа ИД" not in document_of(replace(KNOWN, status="@paid"), UNF).requisites
    assert document_of(replace(KNOWN, status=CANCELED), UNF).requisites["Отменен"] == ("true",)


def echo(told: Order, **fields: Any) -> Document:
    """What UNF uploads after it took ``told``: its own Ид, its own words, no contacts, nothing that is empty."""
    lines = tuple(replace(one, item_id=GUID.format(5), name="Чай", measure_code="796 ".strip()) for one in told.lines)
    buyer = Counterparty(GUID.format(7), told.counterparty.name, told.counterparty.name)
    said = {"Номер по 1С": "СЕВ-17", "Отгружен": "false", "Оплачен": "false", "Статуса заказа ИД": "N", "Проведен": "false"}
    said |= {name: value for name, value in (("Промокод", told.promo_code),) if value}
    head: dict[str, Any] = {"comment": told.comment or None, "lines": lines, "total": told.total}
    return document(said, **{**head, **fields}, counterparties=(DocumentCounterparty("Покупатель", buyer),))


PORTAL_LINE = OrderLine("", "Чай", Decimal(3), Decimal("33.333333"), Decimal(100))
BORN = Order(
    "b24-deal-5", "17", dt.date(2024, 5, 1), dt.time(14, 35), "RUB", Decimal(100), "N", "  Срочно\r\n", lines=(PORTAL_LINE,),
    counterparty=replace(BUYER, counterparty_id="b24-contact-5", emails=("a@x.ru",)), promo_code="ЛЕТО",
)  # fmt: skip


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_first_upload_of_an_order_of_the_portal_is_no_edit(confirmed: bool) -> None:
    """After ``success`` the base has what it was offered; without it the first offer says what the upload does not."""
    seen = read(echo(BORN, lines=(replace(PORTAL_LINE, item_id=GUID.format(5), price=Decimal("33.33")),)), BORN)
    states = States(BORN, BORN, BORN, BORN) if confirmed else States(None, BORN, None, BORN, offered=(BORN,))
    plan = news_from_node(states, seen, ownership({}, posted=False))
    merged = plan.states.merged
    assert merged is not None
    assert (plan.conflicts, plan.node_due) == ((), False)
    assert lacking(BORN, merged) == ["number_in_node", "counterparty.counterparty_id"]
    assert (merged.document_id, merged.counterparty.phones, merged.counterparty.emails) == (
        GUID.format(1),
        BUYER.phones,
        ("a@x.ru",),
    )


def test_the_upload_after_that_is_unchanged() -> None:
    once = read(echo(BORN), BORN)
    assert changed(once, read(echo(BORN), once)) == []


def test_an_edit_of_the_portal_survives_the_upload_of_the_words_of_1c() -> None:
    """Quantity changed in the deal while the base renames the goods: one edit, no conflict."""
    taken = read(echo(BORN), BORN)
    states = States(taken, taken, taken, taken)
    edited = replace(taken, lines=(replace(taken.lines[0], quantity=Decimal(5), total=Decimal(160)),), total=Decimal(160))
    states = news_from_portal(states, edited, ownership({}, posted=False)).states
    renamed = read(echo(BORN, lines=(replace(taken.lines[0], name="Чай чёрный листовой"),)), taken)
    plan = news_from_node(states, renamed, ownership({}, posted=False))
    assert plan.states.merged is not None
    assert (plan.conflicts, plan.states.merged.total) == ((), Decimal(160))
