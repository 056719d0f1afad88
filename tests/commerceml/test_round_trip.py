"""What is written comes back the same, as far as the format can carry it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commerceml.documents import FORMED_AT
from uzel.commerceml import tags
from uzel.commerceml.dialects import DIALECTS
from uzel.commerceml.document import Document, DocumentCounterparty
from uzel.commerceml.reader import read_documents
from uzel.commerceml.units import NAMES
from uzel.commerceml.writer import write_package
from uzel.model import Counterparty, LegalDetails, OrderLine

ALPHABET = st.one_of(
    st.sampled_from("абвЁё№—«»<>&'\" \n\t"), st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
)


def words(low: int = 0, high: int = 40) -> st.SearchStrategy[str]:
    """Texts as the reader leaves them: without blanks around."""
    return st.text(ALPHABET, max_size=high).map(str.strip).filter(lambda text: len(text) >= low)


def names(low: int = 0, high: int = 40) -> st.SearchStrategy[str]:
    """Names, which are kept in one line."""
    return words(low, high).map(lambda text: " ".join(text.split())).filter(lambda text: len(text) >= low)


money = st.decimals(Decimal("-9999999"), Decimal("9999999"), places=2)
digits = st.text("0123456789", min_size=10, max_size=10)


@st.composite
def order_lines(draw: st.DrawFn) -> OrderLine:
    quantity = draw(st.decimals(Decimal("0.001"), Decimal(10000), places=3))
    price, code = draw(st.decimals(0, 100000, places=2)), draw(st.sampled_from(sorted(NAMES)))
    gross = (price * quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
    discount = draw(st.decimals(0, gross, places=2))
    rate = draw(st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20), Decimal("5.5")]))
    item_id = draw(words(high=80))
    return OrderLine(
        item_id=item_id,
        name=draw(names()),
        quantity=quantity,
        price=price,
        total=gross - discount,
        discount=discount,
        vat_rate=rate,
        vat_included=rate is None or draw(st.booleans()),
        measure_code=code,
        measure_name=NAMES[code],
        article=draw(words()),
        barcode=draw(st.sampled_from(["", "46000017", "4600000000017"])),
        is_service=item_id == tags.DELIVERY_ID or draw(st.booleans()),
    )


people = st.builds(
    Counterparty,
    counterparty_id=words(high=40),
    name=names(),
    full_name=names(1),
    last_name=words(),
    first_name=words(),
    middle_name=words(),
    legal=st.builds(LegalDetails, inn=st.one_of(st.just(""), digits)),
    phones=st.lists(words(1), unique=True, max_size=2).map(tuple),
    emails=st.lists(words(1), unique=True, max_size=2).map(tuple),
    address=names(),
)
companies = st.builds(
    Counterparty,
    counterparty_id=words(high=40),
    name=names(),
    is_company=st.just(True),
    legal=st.builds(
        LegalDetails, inn=digits, kpp=st.just("027401001"), okpo=words(), official_name=names(1), legal_address=names()
    ),
    address=names(),
)
requisites = st.dictionaries(words(1), st.lists(words(), min_size=1, max_size=3).map(tuple), max_size=4)
times = st.one_of(st.none(), st.times().map(lambda time: time.replace(microsecond=0)))


@st.composite
def orders(draw: st.DrawFn) -> Document:
    lines = draw(st.one_of(st.none(), st.lists(order_lines(), min_size=1, max_size=4).map(tuple)))
    return Document(
        document_id=draw(words(1, 40)),
        number=draw(words(1)),
        date=draw(st.dates(min_value=dt.date(2, 1, 1))),
        time=draw(times),
        operation="Заказ товара",
        role=draw(st.sampled_from(tags.ROLES)),
        currency=draw(st.sampled_from(["RUB", "USD", "KZT"])),
        rate=draw(st.decimals(Decimal("0.01"), 1000, places=2)),
        total=draw(money) if lines is None else sum((line.total for line in lines), Decimal(0)),
        counterparties=draw(
            st.lists(
                st.builds(DocumentCounterparty, st.sampled_from(tags.ROLES), people | companies), min_size=1, max_size=2
            ).map(tuple)
        ),
        comment=draw(st.one_of(st.none(), words(high=300))),
        lines=lines,
        requisites=draw(requisites),
    )


@st.composite
def payments(draw: st.DrawFn, operations: Sequence[str] = tags.PAYMENT_OPERATIONS) -> Document:
    return Document(
        document_id=draw(words(1, 40)),
        number=draw(words(1)),
        date=draw(st.dates(min_value=dt.date(2, 1, 1))),
        time=draw(times),
        operation=draw(st.sampled_from(operations)),
        role="Продавец",
        currency="RUB",
        rate=Decimal(1),
        total=draw(money),
        requisites=draw(requisites),
    )


def back(documents: list[Document], dialect: str, encoding: str) -> list[Document]:
    """Written and read."""
    data = write_package(documents, DIALECTS[dialect], formed_at=FORMED_AT, encoding=encoding)
    return [replace(document, problems=()) for document in read_documents([data])]


encodings = st.sampled_from(["utf-8", "windows-1251"])


@settings(max_examples=150, deadline=None)
@given(st.lists(orders(), max_size=2), st.sampled_from(["unf", "ut", "bitrix_209"]), encodings)
def test_orders(documents: list[Document], dialect: str, encoding: str) -> None:
    assert back(documents, dialect, encoding) == documents


@settings(max_examples=50, deadline=None)
@given(orders(), st.lists(payments(), max_size=2), encodings)
def test_subordinates(order: Document, inside: list[Document], encoding: str) -> None:
    document = replace(order, subordinates=tuple(inside))
    assert back([document], "unf_subordinate", encoding) == [document]


@settings(max_examples=50, deadline=None)
@given(orders(), st.lists(payments(), max_size=2), words(), words(), st.none() | st.datetimes(min_value=dt.datetime(2, 1, 1)))  # noqa: DTZ001
def test_containers(order: Document, inside: list[Document], version: str, number: str, moment: dt.datetime | None) -> None:
    written = replace(
        order, version_number=version, number_in_node=number, date_in_node=moment and moment.replace(microsecond=0)
    )
    flat = [replace(document, basis_ids=(written.document_id,), container=0) for document in inside]
    read = back([replace(written, subordinates=tuple(inside))], "bitrix_31", "utf-8")
    assert read == [replace(written, container=0), *flat]
