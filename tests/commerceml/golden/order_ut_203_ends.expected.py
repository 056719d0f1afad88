import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="31",
        number="31",
        date=dt.date(2010, 3, 27),
        time=dt.time(10, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("700"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("77", "Иванов", full_name="Иванов Иван")),),
        lines=(OrderLine("i-coat", "Пальто", quantity=Decimal("1"), price=Decimal("700"), total=Decimal("700")),),
        requisites={
            "ПометкаУдаления": ("true",),
        },
    ),
    Document(
        document_id="32",
        number="32",
        date=dt.date(2010, 3, 28),
        time=dt.time(11, 30),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("80"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("78", "Петров", full_name="Петров Пётр")),),
        lines=(OrderLine("i-belt", "Пояс", quantity=Decimal("2"), price=Decimal("40"), total=Decimal("80")),),
        requisites={
            "Отменен": ("true",),
        },
    ),
)
