import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000071",
        number="708",
        date=dt.date(2025, 3, 5),
        time=dt.time(16, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("310"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000072", "Лунина Ева", full_name="Лунина Ева")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000073",
                "Лампа",
                quantity=Decimal("1"),
                price=Decimal("310"),
                total=Decimal("310"),
            ),
        ),
        requisites={
            "Номер по 1С": ("БИТР-000708",),
            "Дата по 1С": ("2025-03-05T16:00:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
        },
    ),
)
