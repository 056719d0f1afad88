import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

DOCUMENTS = (
    Document(
        document_id="7d0e4c1a-11aa-4f00-9a00-000000000020",
        number="3001",
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
            "Номер по 1С": ("СЕСА-000301",),
            "Дата по 1С": ("2025-03-04T12:00:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Оплачен": ("true",),
            "Отгружен": ("false",),
        },
        subordinates=(
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000021",
                operation="Выплата наличных денег",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("500"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000001",),
                    "Дата оплаты по 1С": ("2025-03-05T9:05:00",),
                    "Оплачен": ("true",),
                    "Метод оплаты": ("Наличные",),
                    "Метод оплаты ИД": ("1",),
                },
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000022",
                operation="Выплата безналичных денег",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("600.5"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000002",),
                    "Дата оплаты по 1С": ("2025-03-05T10:00:00",),
                    "Оплачен": ("true",),
                    "Номер платежного документа": ("17",),
                },
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000023",
                operation="Эквайринговая операция",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("499.5"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000003",),
                    "Дата оплаты по 1С": ("2025-03-05T11:00:00",),
                    "Оплачен": ("true",),
                    "Номер чека": ("93",),
                },
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000024",
                operation="Возврат наличных денег",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("100"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000004",),
                    "Дата оплаты по 1С": ("2025-03-06T08:00:00",),
                    "Оплачен": ("true",),
                },
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000025",
                operation="Возврат безналичных денег",
                currency="RUB",
                rate=Decimal("1"),
                total=Decimal("50"),
                requisites={
                    "Номер оплаты по 1С": ("СЕСА-000005",),
                    "Дата оплаты по 1С": ("2025-03-06T08:30:00",),
                    "Оплачен": ("false",),
                },
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000026",
                operation="Отпуск товара",
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
                requisites={"Номер документа отгрузки": ("СЕСА-000006",), "Отгружен": ("true",)},
            ),
            Document(
                document_id="7d0e4c1a-11aa-4f00-9a00-000000000027",
                operation="Возврат товара",
                lines=(
                    OrderLine(
                        item_id="7d0e4c1a-11aa-4f00-9a00-000000000010",
                        name="Чайник",
                        quantity=Decimal("1"),
                        price=Decimal("700"),
                        total=Decimal("700"),
                    ),
                ),
                requisites={"Отгружен": ("true",)},
            ),
        ),
    ),
)
