import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, LegalDetails, OrderLine

DOCUMENTS = (
    Document(
        document_id="41",
        number="41",
        date=dt.date(2024, 7, 1),
        time=dt.time(9, 30),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("700"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="f1c00000-0000-4000-8000-000000000041",
                    name="Ромашка ООО",
                    is_company=True,
                    legal=LegalDetails(inn="7700000016", kpp="770001001", official_name="ООО «Ромашка»"),
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="d1c00000-0000-4000-8000-000000000001",
                name="Доска разделочная",
                quantity=Decimal("2"),
                price=Decimal("350"),
                total=Decimal("700"),
            ),
        ),
        requisites={"Проведен": ("true",), "ПометкаУдаления": ("false",)},
        container=0,
        version_number="AAAAAAAAABE=",
        number_in_node="БИТР-000041",
        date_in_node=dt.datetime.fromisoformat("2024-07-01T09:30:00"),
    ),
    Document(
        document_id="a1c00000-0000-4000-8000-000000000001",
        number="БИТР-000007",
        date=dt.date(2024, 7, 1),
        time=dt.time(11, 0),
        operation="Выплата безналичных денег",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("700"),
        requisites={"Оплачен": ("true",)},
        basis_ids=("41",),
        container=0,
    ),
    Document(
        document_id="b1c00000-0000-4000-8000-000000000001",
        number="БИТР-000008",
        date=dt.date(2024, 7, 2),
        operation="Отпуск товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("700"),
        lines=(
            OrderLine(
                item_id="d1c00000-0000-4000-8000-000000000001",
                name="Доска разделочная",
                quantity=Decimal("1"),
                price=Decimal("350"),
                total=Decimal("350"),
            ),
        ),
        basis_ids=("41",),
        container=0,
    ),
    Document(
        document_id="42",
        number="42",
        date=dt.date(2024, 7, 2),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        total=Decimal("0"),
        requisites={"ПометкаУдаления": ("true",)},
        container=1,
    ),
)
