"""Kinds of documents: what each insists on, and what stands inside what."""

from decimal import Decimal

import pytest

from tests.commerceml.xml import order, package, read, read_one, subordinate
from uzel.commerceml import tags
from uzel.commerceml.documents import KINDS

HEAD = "<Ид>p</Ид><Номер>7</Номер>"


def test_every_operation_of_the_registry_is_one_the_schema_knows() -> None:
    assert set(KINDS) < {operation.lower() for operation in tags.OPERATIONS}


@pytest.mark.parametrize("operation", tags.PAYMENT_OPERATIONS)
def test_payments(operation: str) -> None:
    document = read_one(
        f"<Документ>{HEAD}<ХозОперация>{operation.upper()}</ХозОперация><Сумма>5</Сумма><Основание>41</Основание></Документ>"
    )
    assert (document.operation, document.total, document.basis_ids, document.lines) == (operation, Decimal(5), ("41",), None)


def test_a_payment_without_a_sum_is_noted() -> None:
    document = read_one(f"<Документ>{HEAD}<ХозОперация>Выплата наличных денег</ХозОперация></Документ>")
    assert [(problem.code, problem.fatal) for problem in document.problems] == [("payment_without_sum", False)]


def test_several_bases() -> None:
    bases = "<Основание>1</Основание><Сумма>5</Сумма><Основание><Ид> 2 </Ид></Основание><Основание/>"
    document = read_one(f"<Документ>{HEAD}<ХозОперация>Отпуск товара</ХозОперация>{bases}</Документ>")
    assert document.basis_ids == ("1", "2")


def test_a_shipment_may_carry_less_than_its_sum_says() -> None:
    rows = "<Товары><Товар><Ид>g</Ид><Сумма>5</Сумма></Товар></Товары>"
    document = read_one(f"<Документ>{HEAD}<ХозОперация>Отпуск товара</ХозОперация><Сумма>50</Сумма>{rows}</Документ>")
    assert (document.total, document.problems) == (Decimal(50), ())


def test_an_operation_nobody_uses_is_read_as_it_stands() -> None:
    document = read_one(f"<Документ>{HEAD}<ХозОперация>Переезд</ХозОперация></Документ>")
    assert (document.operation, document.number, document.problems) == ("Переезд", "7", ())


def test_an_order_without_an_id_is_refused() -> None:
    document = read_one("<Документ><Ид> </Ид><Номер>8</Номер><ХозОперация>Заказ товара</ХозОперация></Документ>")
    assert document.fatal is not None
    assert (document.fatal.code, document.number) == ("order_without_id", "8")


def test_a_sum_that_the_rows_do_not_explain_is_noted_and_kept() -> None:
    document = read_one(order("<Сумма>100</Сумма><Товары><Товар><Ид>g</Ид><Сумма>90</Сумма></Товар></Товары>"))
    assert document.total == 100
    assert [(problem.code, problem.fatal) for problem in document.problems] == [("total_differs", False)]
    assert "100" in document.problems[0].what
    assert "90" in document.problems[0].what


def test_a_subordinate_that_cannot_be_read_does_not_spoil_its_order() -> None:
    payment = "<Ид>p</Ид><ХозОперация>Эквайринговая операция</ХозОперация><Сумма>?</Сумма>"
    document = read_one(order(subordinate(payment)))
    assert document.fatal is None
    assert [(problem.code, problem.where) for problem in document.problems] == [
        ("number_unreadable", "Документ 1 / ПодчиненныйДокумент 1 / Сумма")
    ]
    assert document.subordinates[0].fatal is not None


def test_subordinates_of_subordinates() -> None:
    inner = subordinate("<Ид>b</Ид><ХозОперация>Отпуск товара</ХозОперация>")
    document = read_one(order(subordinate(f"<Ид>a</Ид><ХозОперация>Отпуск товара</ХозОперация>{inner}")))
    assert [sub.document_id for sub in document.subordinates] == ["a"]
    assert [sub.document_id for sub in document.subordinates[0].subordinates] == ["b"]


def test_the_same_document_has_the_same_problems_wherever_it_stands() -> None:
    """Otherwise a document sent twice in one file would not look like its own copy."""
    first, _, second = read(package(order("<Дата>?</Дата>") + order(number="2") + order("<Дата>?</Дата>")))
    assert first == second
