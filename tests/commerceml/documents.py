"""Invented documents that the tests of the writer share."""

import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, LegalDetails, OrderLine

FORMED_AT = dt.datetime.fromisoformat("2024-05-13T10:15:00")

KETTLE = OrderLine(
    item_id="a3f1c6a0-52c8-4f0b-9c55-1f0b6f9b2a10#b3f1c6a0-52c8-4f0b-9c55-1f0b6f9b2a11",
    name="Чайник «Полюс» <1,7 л> & подставка",
    quantity=Decimal(2),
    price=Decimal("2383.61"),
    total=Decimal("4290.50"),
    discount=Decimal("476.72"),
    vat_rate=Decimal(20),
    article="ЧН-120",
    barcode="4600000000017",
)
DELIVERY = OrderLine(
    item_id="ORDER_DELIVERY",
    name="Доставка курьером",
    quantity=Decimal(1),
    price=Decimal(300),
    total=Decimal(300),
    is_service=True,
)
PERSON = Counterparty(
    counterparty_id="38#olga#Ольга Зимина",
    name="Зимина Ольга",
    full_name="Зимина Ольга Петровна",
    last_name="Зимина",
    first_name="Ольга",
    middle_name="Петровна",
    phones=("+7 900 000-00-01",),
    emails=("olga@example.com",),
    address="Уфа, ул. Длинная, 5",
)
COMPANY = Counterparty(
    counterparty_id="0d9c6f0a-71b2-47d4-8a3d-5f4e8f5a7702",
    name="Северный причал ООО",
    is_company=True,
    legal=LegalDetails(
        inn="0274000017",
        kpp="027401001",
        okpo="00000017",
        official_name="ООО «Северный причал»",
        legal_address="Мурманск, наб. Верхняя, 1",
    ),
)

PAYMENT = Document(
    document_id="e5a1b4f0-0a3b-4f53-9f0c-55a3d6a0b101",
    number="СЕСА-000041",
    date=dt.date(2024, 5, 12),
    time=dt.time(9, 1, 2),
    operation="Выплата безналичных денег",
    role="Продавец",
    currency="RUB",
    rate=Decimal(1),
    total=Decimal("4590.50"),
    requisites={"Оплачен": ("true",)},
)
SHIPMENT = Document(
    document_id="e5a1b4f0-0a3b-4f53-9f0c-55a3d6a0b102",
    number="СЕСА-000042",
    date=dt.date(2024, 5, 13),
    operation="Отпуск товара",
    role="Продавец",
    currency="RUB",
    rate=Decimal(1),
    total=Decimal("4290.50"),
    lines=(KETTLE,),
    requisites={"Отгружен": ("true",)},
)
ORDER = Document(
    document_id="1f0e3dad-9c1b-4a54-8a5e-3f0a6c2b7d11",
    number="1045",
    date=dt.date(2024, 5, 12),
    time=dt.time(9, 5),
    operation="Заказ товара",
    role="Продавец",
    currency="RUB",
    rate=Decimal(1),
    total=Decimal("4590.50"),
    counterparties=(DocumentCounterparty("Покупатель", PERSON),),
    comment="Позвонить за час\nвход со двора",
    lines=(KETTLE, DELIVERY),
    requisites={
        "Отменен": ("false",),
        "Статуса заказа ИД": ("P",),
        "Статус заказа": ("[P] К отгрузке",),
        "Промокод": ("ВЕСНА",),
        "Способ связи": ("Телефон", "Почта"),
    },
    subordinates=(PAYMENT, SHIPMENT),
    version_number="AAAAAAAAAAc=",
    number_in_node="СЕСА-000217",
    date_in_node=dt.datetime.fromisoformat("2024-05-12T09:05:00"),
)
COMPANY_ORDER = Document(
    document_id="77f4c1d9-25a5-4e8f-bd0f-0d4ad9b4c902",
    number="1046",
    date=dt.date(2024, 5, 13),
    operation="Заказ товара",
    role="Продавец",
    currency="RUB",
    rate=Decimal(1),
    total=Decimal(12000),
    counterparties=(DocumentCounterparty("Покупатель", COMPANY),),
    comment="",
)
DOCUMENTS = (ORDER, COMPANY_ORDER)
