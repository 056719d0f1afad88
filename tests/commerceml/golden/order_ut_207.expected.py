import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, LegalDetails, OrderLine

DOCUMENTS = (
    Document(
        document_id="9b0c6d1e-1234-4b6f-8f00-aa10bb20cc30",
        number="500-77",
        date=dt.date(2024, 1, 31),
        time=dt.time(13, 47, 10),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("900"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="1d2c6d1e-1234-4b6f-8f00-aa10bb20cc31",
                    name="ИП Ёлкин Ю. А.",
                    full_name="Ёлкин Юрий Андреевич",
                    legal=LegalDetails(inn="500100732259"),
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="3d2c6d1e-1234-4b6f-8f00-aa10bb20cc32",
                name="Лампа настольная",
                quantity=Decimal("2"),
                price=Decimal("500"),
                total=Decimal("900"),
                discount=Decimal("100"),
                vat_rate=Decimal("20"),
                barcode="46000017",
            ),
        ),
        requisites={
            "Номер по 1С": ("УТ00-000077",),
            "Дата по 1С": ("2024-01-31T13:47:10",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Номер оплаты по 1С": ("УТ00-000012",),
            "Дата оплаты по 1С": ("2024-02-01T00:00:00",),
        },
    ),
)
