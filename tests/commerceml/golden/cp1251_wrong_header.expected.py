import datetime as dt
from decimal import Decimal

from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.model import Counterparty, OrderLine, Problem

DOCUMENTS = (
    Document(
        document_id="77",
        number="77",
        date=dt.date(2023, 11, 20),
        operation="Заказ товара",
        role="Продавец",
        currency="RUB",
        rate=Decimal("1"),
        total=Decimal("1150.00"),
        counterparties=(DocumentCounterparty(role="Покупатель", counterparty=Counterparty(name="Пётр — гость")),),
        lines=(
            OrderLine(
                item_id="",
                name="Работа мастера",
                quantity=Decimal("2.0"),
                price=Decimal("575.00"),
                total=Decimal("1150.00"),
                measure_code="356",
                measure_name="ч",
                is_service=True,
            ),
        ),
        problems=(Problem(code="counterparty_without_id", where="Документ 77 / Контрагент", what="У контрагента пустой Ид"),),
    ),
)
