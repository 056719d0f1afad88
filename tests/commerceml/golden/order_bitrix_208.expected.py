import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="8",
        number="8",
        date=dt.date(2025, 3, 4),
        time=dt.time(9, 5),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1600"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(counterparty_id="12#petrov#Пётр Петров", name="Пётр Петров", full_name="Пётр Петров"),
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
            "Метод оплаты": ("Банковские карты",),
            "Метод оплаты ИД": ("5",),
            "Заказ оплачен": ("true",),
            "Доставка разрешена": ("true",),
            "Отменен": ("true",),
            "Финальный статус": ("false",),
            "Статуса заказа ИД": ("F",),
        },
    ),
)
