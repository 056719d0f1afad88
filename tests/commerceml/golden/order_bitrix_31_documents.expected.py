import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine

#: What every document of the first container says alike.
SAME = {"role": "Продавец", "currency": "RUB", "rate": Decimal("1"), "container": 0}
OF_51 = SAME | {"basis_ids": ("51",)}

DOCUMENTS = (
    Document(
        document_id="51",
        number="51",
        date=dt.date(2024, 7, 3),
        time=dt.time(12, 0),
        operation="Заказ товара",
        total=Decimal("28480"),
        counterparties=(
            DocumentCounterparty(
                role="Покупатель",
                counterparty=Counterparty(
                    "f1c00000-0000-4000-8000-000000000051", "Льнова Инна", full_name="Льнова Инна Олеговна"
                ),
            ),
        ),
        lines=(
            OrderLine(
                item_id="i-linen#v-1",
                name="Лён (серый)",
                quantity=Decimal("2"),
                price=Decimal("14240"),
                total=Decimal("28480"),
                vat_rate=Decimal("20"),
                measure_code="006",
                measure_name="м",
            ),
        ),
        requisites={"Проведен": ("true",), "ПометкаУдаления": ("false",)},
        version_number="AAAAAAAAABI=",
        number_in_node="БИТР-000051",
        date_in_node=dt.datetime.fromisoformat("2024-07-03T12:00:00"),
        **SAME,
    ),
    Document(
        document_id="p-1",
        number="БИТР-000101",
        date=dt.date(2024, 7, 3),
        time=dt.time(12, 5),
        operation="Выплата наличных денег",
        total=Decimal("8480"),
        requisites={"Оплачен": ("true",)},
        **OF_51,
    ),
    Document(
        document_id="p-2",
        number="БИТР-000102",
        date=dt.date(2024, 7, 3),
        time=dt.time(12, 6),
        operation="Эквайринговая операция",
        total=Decimal("20000"),
        requisites={"Оплачено": ("true",)},
        **OF_51,
    ),
    Document(
        document_id="p-3",
        number="БИТР-000103",
        date=dt.date(2024, 7, 4),
        operation="Возврат наличных денег",
        total=Decimal("480"),
        requisites={"ПризнакВозврата": ("true",)},
        **OF_51,
    ),
    Document(
        document_id="p-4",
        number="БИТР-000104",
        date=dt.date(2024, 7, 4),
        operation="Возврат безналичных денег",
        total=Decimal("13760"),
        **OF_51,
    ),
    Document(
        document_id="r-1",
        number="БИТР-000105",
        date=dt.date(2024, 7, 4),
        operation="Возврат товара",
        total=Decimal("14240"),
        lines=(OrderLine("i-linen#v-1", "Лён (серый)", quantity=Decimal("1"), price=Decimal("14240"), total=Decimal("14240")),),
        requisites={"Причина к Возврату": ("Брак",)},
        **OF_51,
    ),
    Document(
        document_id="52",
        number="52",
        date=dt.date(2024, 7, 5),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        total=Decimal("0"),
        requisites={"Отменен": ("true",)},
        container=1,
    ),
)
