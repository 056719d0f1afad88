import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000051",
        number="ERP-9",
        date=dt.date(2025, 3, 5),
        time=dt.time(7, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("99000"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000052", "Завод", full_name="Завод")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000053",
                "Станок",
                quantity=Decimal("1"),
                price=Decimal("99000"),
                total=Decimal("99000"),
            ),
        ),
        requisites={
            "Номер по 1С": ("ЕР00-000009",),
            "Дата по 1С": ("2025-03-05T07:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
        },
    ),
)
