import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="8",
        number="8",
        date=dt.date(2025, 3, 4),
        time=dt.time(9, 10),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("700"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("13#sidorov#Сидор Сидоров", "Сидор Сидоров", full_name="Сидор Сидоров")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000061",
                "Чайник",
                quantity=Decimal("1"),
                price=Decimal("700"),
                total=Decimal("700"),
            ),
        ),
        requisites={
            "Заказ оплачен": ("false",),
            "Отменен": ("true",),
            "Финальный статус": ("false",),
            "Статус заказа": ("[N] Принят",),
        },
    ),
    Document(
        document_id="9",
        number="9",
        date=dt.date(2025, 3, 4),
        time=dt.time(9, 20),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("50"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("14#egor#Егор", "Егор", full_name="Егор")),),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000062", "Чашка", quantity=Decimal("1"), price=Decimal("50"), total=Decimal("50")
            ),
        ),
        requisites={
            "ПометкаУдаления": ("true",),
            "Заказ оплачен": ("false",),
            "Отменен": ("false",),
            "Финальный статус": ("false",),
            "Статус заказа": ("[N] Принят",),
        },
    ),
)
