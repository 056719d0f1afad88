import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000001",
        number="161",
        date=dt.date(2019, 3, 1),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("320"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000002", "Зимин Олег", full_name="Зимин Олег")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000003",
                "Чай чёрный",
                quantity=Decimal("1"),
                price=Decimal("320"),
                total=Decimal("320"),
            ),
        ),
        requisites={
            "Номер по 1С": ("НФНФ-000161",),
            "Дата по 1С": ("2019-03-01T9:05:00",),
            "ПометкаУдаления": ("true",),
            "Проведен": ("false",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
    Document(
        document_id="5c3e0000-0000-4000-8000-000000000004",
        number="162",
        date=dt.date(2019, 3, 2),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("150.5"),
        counterparties=(
            DocumentCounterparty(
                "Покупатель", Counterparty("5c3e0000-0000-4000-8000-000000000005", "Летова Анна", full_name="Летова Анна")
            ),
        ),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000006",
                "Чай зелёный",
                quantity=Decimal("2"),
                price=Decimal("75.25"),
                total=Decimal("150.5"),
            ),
        ),
        requisites={
            "Номер по 1С": ("НФНФ-000162",),
            "Дата по 1С": ("2019-03-02T14:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Отменен": ("true",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
        },
    ),
)
