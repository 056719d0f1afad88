import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000070",
        number="701",
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
            "Номер по 1С": ("СЕСА-000701",),
            "Дата по 1С": ("2025-03-04T9:05:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
)
