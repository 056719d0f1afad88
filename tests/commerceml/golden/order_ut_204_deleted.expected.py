import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000021",
        number="403",
        date=dt.date(2025, 3, 5),
        time=dt.time(12, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("12500"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000022", "Дубова Мария", full_name="Дубова Мария")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000023",
                "Стол",
                quantity=Decimal("1"),
                price=Decimal("12500"),
                total=Decimal("12500"),
            ),
        ),
        requisites={
            "Номер по 1С": ("ТК-00403",),
            "Дата по 1С": ("2025-03-05T12:00:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
        },
    ),
)
