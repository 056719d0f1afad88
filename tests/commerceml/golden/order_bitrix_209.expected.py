import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="314",
        number="314",
        date=dt.date(2024, 3, 4),
        time=dt.time(17, 22, 1),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("990.00"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="38#anna#Анна Мохова",
                    name="Анна Мохова",
                    full_name="Анна Мохова",
                    last_name="Мохова",
                    first_name="Анна",
                    phones=("+7 900 000-00-01", "+7 900 000-00-02"),
                    emails=("anna@example.com",),
                    address="Уфа, ул. Длинная, 5",
                ),
            ),
        ),
        comment="",
        lines=(
            OrderLine(
                item_id="910e89e5-205e-4d95-872a-0a0255c40001",
                name="Набор отвёрток",
                quantity=Decimal("1.0000"),
                price=Decimal("1100.0000"),
                total=Decimal("990.00"),
                discount=Decimal("110.00"),
            ),
        ),
        requisites={
            "Заказ оплачен": ("true",),
            "Отменен": ("false",),
            "Статус заказа": ("[N] Принят",),
            "Дата изменения статуса": ("04.03.2024 17:22:01",),
        },
        version_number="AAAAAAAAAAc=",
        number_in_node="БИТР-000314",
        date_in_node=dt.datetime.fromisoformat("2024-03-04T17:22:01"),
    ),
)
