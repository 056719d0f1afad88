import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="5ad60c9b-2f3e-4c9b-9a52-2f7de1f5b001",
        number="2001",
        date=dt.date(2024, 5, 30),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1500"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="c0a5e0d4-9a4c-4d54-8d1a-8e62e4f7a003", name="Тарасов Глеб", full_name="Тарасов Глеб"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="b2f1c6a0-52c8-4f0b-9c55-1f0b6f9b2a77#e1c1f2d3-52c8-4f0b-9c55-1f0b6f9b2a78",
                name="Плед шерстяной (синий)",
                quantity=Decimal("1"),
                price=Decimal("1500"),
                total=Decimal("1500"),
                vat_rate=Decimal("10"),
            ),
        ),
        requisites={"Номер по 1С": ("СЕСА-000300",), "Оплачен": ("true",)},
        subordinates=(
            Document(
                document_id="e5a1b4f0-0a3b-4f53-9f0c-55a3d6a0b101",
                operation="Эквайринговая операция",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("1500"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000041",),
                    "Дата оплаты по 1С": ("2024-05-31T9:01:02",),
                    "Оплачен": ("true",),
                },
            ),
            Document(
                document_id="e5a1b4f0-0a3b-4f53-9f0c-55a3d6a0b102",
                operation="Отпуск товара",
                lines=(
                    OrderLine(
                        item_id="b2f1c6a0-52c8-4f0b-9c55-1f0b6f9b2a77#e1c1f2d3-52c8-4f0b-9c55-1f0b6f9b2a78",
                        name="Плед шерстяной (синий)",
                        quantity=Decimal("1"),
                        price=Decimal("1500"),
                        total=Decimal("1500"),
                    ),
                ),
                requisites={"Отгружен": ("true",)},
            ),
        ),
    ),
)
