import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, LegalDetails, OrderLine

DOCUMENTS = (
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000040",
        number="401",
        date=dt.date(2025, 3, 4),
        time=dt.time(13, 47, 10),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1600"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="b1d0aa00-1111-4f00-9a00-000000000040",
                    name="ООО Ромашка",
                    is_company=True,
                    legal=LegalDetails(inn="7701234567", official_name="ООО Ромашка"),
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
            "Номер по 1С": ("УТ00-000400",),
            "Дата по 1С": ("2025-03-04T00:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
        },
    ),
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000041",
        number="402",
        date=dt.date(2025, 3, 4),
        time=dt.time(13, 50),
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
            "Номер по 1С": ("УТ00-000400",),
            "Дата по 1С": ("2025-03-04T00:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
        },
    ),
)
