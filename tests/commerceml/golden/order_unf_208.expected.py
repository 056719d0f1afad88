import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, LegalDetails, OrderLine

DOCUMENTS = (
    Document(
        document_id="1f0e3dad-9c1b-4a54-8a5e-3f0a6c2b7d11",
        number="1045",
        date=dt.date(2024, 5, 12),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("4590.5"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="6c7a1f2e-0b1d-4c55-9f57-b0a4a51c2e01",
                    name="Зимина Ольга",
                    full_name="Зимина Ольга Петровна",
                ),
            ),
        ),
        comment="Позвонить за час\nвход со двора",
        lines=(
            OrderLine(
                item_id="a3f1c6a0-52c8-4f0b-9c55-1f0b6f9b2a10",
                name="Чайник «Полюс»",
                quantity=Decimal("2"),
                price=Decimal("2383.61"),
                total=Decimal("4290.5"),
                discount=Decimal("476.72"),
                vat_rate=Decimal("20"),
                article="ЧН-120",
                barcode="4600000000017",
            ),
            OrderLine(
                item_id="ORDER_DELIVERY",
                name="Доставка курьером",
                quantity=Decimal("1"),
                price=Decimal("300"),
                total=Decimal("300"),
                is_service=True,
            ),
        ),
        requisites={
            "Номер по 1С": ("СЕСА-000217",),
            "Дата по 1С": ("2024-05-12T9:05:00",),
            "ПометкаУдаления": ("false",),
            "Проведен": ("true",),
            "Оплачен": ("false",),
            "Отгружен": ("false",),
            "Статуса заказа ИД": ("P",),
            "Промокод": ("ВЕСНА",),
        },
    ),
    Document(
        document_id="77f4c1d9-25a5-4e8f-bd0f-0d4ad9b4c902",
        number="1046",
        date=dt.date(2024, 5, 13),
        time=dt.time(0, 0),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("12000"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    counterparty_id="0d9c6f0a-71b2-47d4-8a3d-5f4e8f5a7702",
                    name="Северный причал ООО",
                    is_company=True,
                    legal=LegalDetails(inn="0274000017", kpp="027401001", official_name="ООО «Северный причал»"),
                ),
            ),
        ),
        requisites={"Номер по 1С": ("СЕСА-000218",), "Проведен": ("false",), "Отменен": ("true",)},
    ),
)
