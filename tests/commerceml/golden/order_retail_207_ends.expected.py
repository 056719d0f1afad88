import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000041",
        number="РЗ-5",
        date=dt.date(2025, 3, 5),
        time=dt.time(18, 20),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1999"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель",
                Counterparty("5c3e0000-0000-4000-8000-000000000042", "Розничный покупатель", full_name="Розничный покупатель"),
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000043",
                "Сапоги резиновые",
                quantity=Decimal("1"),
                price=Decimal("1999"),
                total=Decimal("1999"),
            ),
        ),
        requisites={
            "Номер по 1С": ("РТ00-000005",),
            "Дата по 1С": ("2025-03-05T18:20:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
        },
    ),
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000044",
        number="РЗ-6",
        date=dt.date(2025, 3, 5),
        time=dt.time(18, 30),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("500"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель",
                Counterparty("5c3e0000-0000-4000-8000-000000000042", "Розничный покупатель", full_name="Розничный покупатель"),
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000045",
                "Тапки",
                quantity=Decimal("2"),
                price=Decimal("250"),
                total=Decimal("500"),
            ),
        ),
        requisites={
            "Номер по 1С": ("РТ00-000006",),
            "Дата по 1С": ("2025-03-05T18:30:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
        },
    ),
)
