"""A file of counterparties alone."""

from collections.abc import Iterator

import pytest

from uzel.commerceml.counterparty_file import COUNTERPARTY_BYTES, read_counterparty_file
from uzel.commerceml.errors import PackageError
from uzel.commerceml.sniff import Contents, contents_of

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ONE = (
    "<Контрагент><Ид>{}</Ид><Наименование>Ромашка</Наименование><ИНН>7707083893</ИНН><Контакты><Контакт>"
    "<Тип>Телефон рабочий</Тип><Значение>+7 916 1234501</Значение></Контакт></Контакты></Контрагент>"
)
DOCUMENT = "<Документ><Ид>d</Ид><Контрагенты>" + ONE.format("inner") + "</Контрагенты></Документ>"


def file(*counterparties: str, after: str = "", xmlns: str = "") -> bytes:
    root = f'<КоммерческаяИнформация{xmlns} ВерсияСхемы="3.1">'
    inside = f"<Контрагенты>{''.join(counterparties)}</Контрагенты>"
    return f"{HEAD}{root}{inside}{after}</КоммерческаяИнформация>".encode()


def ids(body: bytes, piece: int = 1000) -> list[str | None]:
    return [
        one and one.counterparty_id
        for one in read_counterparty_file(body[at : at + piece] for at in range(0, len(body), piece))
    ]


@pytest.mark.parametrize("xmlns", ["", ' xmlns="urn:1C.ru:commerceml_3"'])
def test_everybody_is_read_with_what_he_can_be_found_by(xmlns: str) -> None:
    body = file(ONE.format("a"), ONE.format("b"), xmlns=xmlns)
    assert contents_of([body]) is Contents.COUNTERPARTIES
    first, second = read_counterparty_file([body])
    assert first
    assert second
    assert (first.counterparty_id, first.legal.inn, first.phones) == ("a", "7707083893", ("+7 916 1234501",))
    assert second.counterparty_id == "b"
    assert ids(body, 7) == ["a", "b"]


def test_documents_that_follow_are_told_and_theirs_are_not_of_the_list() -> None:
    assert ids(file(ONE.format("a"), after=DOCUMENT)) == ["a", None]
    alone = f"{HEAD}<КоммерческаяИнформация>{DOCUMENT}</КоммерческаяИнформация>".encode()
    assert contents_of([alone]) is not Contents.COUNTERPARTIES


def test_a_file_that_breaks_off_gives_what_stands_before() -> None:
    body = file(ONE.format("a"), ONE.format("b"))
    read = read_counterparty_file([body[: len(body) - 60]])
    one = next(read)
    assert one
    assert one.counterparty_id == "a"
    with pytest.raises(PackageError):
        list(read)


def test_an_endless_one_is_refused() -> None:
    def pieces() -> Iterator[bytes]:
        yield f"{HEAD}<КоммерческаяИнформация><Контрагенты><Контрагент><Ид>a</Ид>".encode()
        for _ in range(COUNTERPARTY_BYTES // 1000):
            yield "<Комментарий>ххххх</Комментарий>".encode() * 40

    with pytest.raises(PackageError, match="Контрагент длиннее 1 МБ"):
        list(read_counterparty_file(pieces()))
