import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000011",
        number="2101",
        date=dt.date(2024, 6, 3),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("900"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000012", "Осина Вера", full_name="Осина Вера")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000013",
                "Веник",
                quantity=Decimal("2"),
                price=Decimal("450"),
                total=Decimal("900"),
            ),
        ),
        requisites={
            "Номер по 1С": ("НФНФ-002101",),
            "Дата по 1С": ("2024-06-03T8:15:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000014",
        number="2102",
        date=dt.date(2024, 6, 4),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("60"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000015", "Клёнов Пётр", full_name="Клёнов Пётр")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000016", "Совок", quantity=Decimal("1"), price=Decimal("60"), total=Decimal("60")
            ),
        ),
        requisites={
            "Номер по 1С": ("НФНФ-002102",),
            "Дата по 1С": ("2024-06-04T19:40:30",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
)
