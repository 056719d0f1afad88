import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000030",
        number="3101",
        date=dt.date(2025, 3, 4),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1600"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="7d0e4c1a-11aa-4f00-9a00-000000000001", name="Иванов Пётр", full_name="Иванов Пётр Ильич"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000010",
                name="Чайник",
                quantity=Decimal("2"),
                price=Decimal("700"),
                total=Decimal("1400"),
            ),
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000011#7d0e4c1a-11aa-4f00-9a00-000000000012",
                name="Чашка (белая)",
                quantity=Decimal("4"),
                price=Decimal("50"),
                total=Decimal("200"),
            ),
        ),
        requisites={
            "Номер по 1С": ("СЕСА-000310",),
            "Дата по 1С": ("2025-03-04T9:05:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000031",
        number="3102",
        date=dt.date(2025, 3, 4),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1600"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="7d0e4c1a-11aa-4f00-9a00-000000000001", name="Иванов Пётр", full_name="Иванов Пётр Ильич"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000010",
                name="Чайник",
                quantity=Decimal("2"),
                price=Decimal("700"),
                total=Decimal("1400"),
            ),
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000011#7d0e4c1a-11aa-4f00-9a00-000000000012",
                name="Чашка (белая)",
                quantity=Decimal("4"),
                price=Decimal("50"),
                total=Decimal("200"),
            ),
        ),
        requisites={
            "Номер по 1С": ("СЕСА-000310",),
            "Дата по 1С": ("2025-03-04T9:05:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000032",
        number="3103",
        date=dt.date(2025, 3, 4),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1600"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="7d0e4c1a-11aa-4f00-9a00-000000000001", name="Иванов Пётр", full_name="Иванов Пётр Ильич"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000010",
                name="Чайник",
                quantity=Decimal("2"),
                price=Decimal("700"),
                total=Decimal("1400"),
            ),
            OrderLine(
                item_id="7d0e4c1a-11aa-4f00-9a00-000000000011#7d0e4c1a-11aa-4f00-9a00-000000000012",
                name="Чашка (белая)",
                quantity=Decimal("4"),
                price=Decimal("50"),
                total=Decimal("200"),
            ),
        ),
        requisites={
            "Номер по 1С": ("СЕСА-000310",),
            "Дата по 1С": ("2025-03-04T9:05:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Оплачен": ("true",),
            "Номер оплаты по 1С": ("СЕСА-000041",),
            "Дата оплаты по 1С": ("2025-03-05T9:01:02",),
            "Метод оплаты ИД": ("3",),
            "Метод оплаты": ("Эквайринг",),
            "Отгружен": ("true",),
            "Номер отгрузки по 1С": ("СЕСА-000051",),
            "Дата отгрузки по 1С": ("2025-03-06T00:00:00",),
            "Статуса заказа ИД": ("F",),
            "Статус заказа": ("Выполнен",),
            "Вид заказа": ("Заказ",),
            "Промокод": ("ВЕСНА",),
        },
    ),
)
