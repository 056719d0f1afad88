import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine, Problem

DOCUMENTS = (
    Document(
        document_id="20",
        number="20",
        date=dt.date(2010, 10, 16),
        time=dt.time(9, 40, 40),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("23000"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="1#admin#Пётр Серов", name="Пётр Серов", full_name="Пётр Серов", address="450000, Короткая"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="ORDER_DELIVERY",
                name="Доставка заказа",
                quantity=Decimal("1"),
                price=Decimal("5000.00"),
                total=Decimal("4600.00"),
                discount=Decimal("400.00"),
                is_service=True,
            ),
            OrderLine(
                item_id="cbcf498f-55bc-11d9-848a-00112f430001",
                name="Комбайн кухонный",
                quantity=Decimal("1.00"),
                price=Decimal("20000.00"),
                total=Decimal("18400.00"),
                discount=Decimal("1600.00"),
                measure_code="778",
                measure_name="упак.",
            ),
        ),
        requisites={
            "Дата оплаты": ("2010-10-16 15:44:47",),
            "Способ связи": ("Телефон", "Почта"),
            "Статус заказа": ("[F] Доставлен",),
        },
    ),
    Document(
        document_id="21",
        number="21",
        date=dt.date(2010, 10, 17),
        operation="Счет на оплату",
        role="Продавец",
        currency="USD",
        total=Decimal("10"),
    ),
    Document(
        document_id="",
        number="22",
        date=dt.date(2010, 10, 17),
        operation="Заказ товара",
        problems=(
            Problem(
                code="order_without_id",
                where="Документ 22 / Ид",
                what="У заказа пустой Ид, узнать его в следующий раз будет нельзя",
                fatal=True,
            ),
            Problem(
                code="number_unreadable", where="Документ 22 / Сумма", what="Значение «много» не похоже на число", fatal=True
            ),
            Problem(code="currency_unknown", where="Документ 22 / Валюта", what="Неизвестная валюта «ракушки»", fatal=True),
        ),
    ),
)
