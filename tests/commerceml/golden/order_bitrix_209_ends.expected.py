import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000081",
        number="709",
        date=dt.date(2024, 3, 6),
        time=dt.time(12, 12, 12),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("95.6"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000082", "Проводов Лев", full_name="Проводов Лев")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000083",
                "Кабель",
                quantity=Decimal("1"),
                price=Decimal("95.6"),
                total=Decimal("95.6"),
            ),
        ),
        requisites={
            "Номер по 1С": ("БИТР-000709",),
            "Дата по 1С": ("2024-03-06T12:12:12",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
        },
    ),
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000084",
        number="710",
        date=dt.date(2024, 3, 7),
        time=dt.time(13, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("191.2"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000085", "Токова Зоя", full_name="Токова Зоя")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000083",
                "Кабель",
                quantity=Decimal("2"),
                price=Decimal("95.6"),
                total=Decimal("191.2"),
            ),
        ),
        requisites={
            "Номер по 1С": ("БИТР-000710",),
            "Дата по 1С": ("2024-03-07T13:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
        },
    ),
)
