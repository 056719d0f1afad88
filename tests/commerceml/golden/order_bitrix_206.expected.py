import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="61",
        number="S61",
        date=dt.date(2016, 2, 1),
        time=dt.time(8, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1500"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("15#olga#Ольга", "Ольга", full_name="Ольга")),),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000063",
                "Роман",
                quantity=Decimal("1"),
                price=Decimal("1500"),
                total=Decimal("1500"),
            ),
        ),
        requisites={
            "Заказ оплачен": ("false",),
            "Отменен": ("false",),
            "Финальный статус": ("false",),
            "Статус заказа": ("[P] Оплачен",),
            "Метод оплаты": ("Картой",),
        },
    ),
    Document(
        document_id="62",
        number="S62",
        date=dt.date(2016, 2, 2),
        time=dt.time(9, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("300"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("16#inna#Инна", "Инна", full_name="Инна")),),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000064",
                "Поэма",
                quantity=Decimal("3"),
                price=Decimal("100"),
                total=Decimal("300"),
            ),
        ),
        requisites={
            "Заказ оплачен": ("false",),
            "Отменен": ("true",),
            "Финальный статус": ("false",),
            "Статус заказа": ("[N] Принят",),
            "Причина отмены": ("Передумали",),
        },
    ),
    Document(
        document_id="63",
        number="S63",
        date=dt.date(2016, 2, 3),
        time=dt.time(10, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("100"),
        counterparties=(DocumentCounterparty("Покупатель", Counterparty("17#gleb#Глеб", "Глеб", full_name="Глеб")),),
        lines=(
            OrderLine(
                "5c3e0000-0000-4000-8000-000000000064",
                "Поэма",
                quantity=Decimal("1"),
                price=Decimal("100"),
                total=Decimal("100"),
            ),
        ),
        requisites={
            "ПометкаУдаления": ("true",),
            "Заказ оплачен": ("false",),
            "Отменен": ("false",),
            "Финальный статус": ("false",),
            "Статус заказа": ("[N] Принят",),
        },
    ),
)
