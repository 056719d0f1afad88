import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000031",
        number="500-78",
        date=dt.date(2024, 2, 2),
        time=dt.time(9, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1680"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000032", "Сосновый Бор", full_name="Сосновый Бор")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000033",
                "Краска белая",
                quantity=Decimal("2"),
                price=Decimal("840"),
                total=Decimal("1680"),
            ),
        ),
        requisites={
            "Номер по 1С": ("УТ00-000078",),
            "Дата по 1С": ("2024-02-02T09:00:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
        },
    ),
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000034",
        number="500-79",
        date=dt.date(2024, 2, 3),
        time=dt.time(10, 10, 10),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("45"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000035", "Берёзин Яков", full_name="Берёзин Яков")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000036", "Кисть", quantity=Decimal("1"), price=Decimal("45"), total=Decimal("45")
            ),
        ),
        requisites={
            "Номер по 1С": ("УТ00-000079",),
            "Дата по 1С": ("2024-02-03T10:10:10",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
        },
    ),
)
