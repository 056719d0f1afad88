"""The reader over whole packages: shapes of the root, encodings, containers, faults in the middle."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.commerceml.xml import NAMESPACES, order, package, read, read_one, read_until_fault, row
from uzel.commerceml.limits import ReadLimits
from uzel.commerceml.reader import read_documents


@pytest.mark.parametrize("namespace", NAMESPACES)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_any_namespace_reads_alike(namespace: str, quote: str) -> None:
    declared = package(row("<Количество>2</Количество>"), f" xmlns={quote}{namespace}{quote}")
    assert read(declared) == read(package(row("<Количество>2</Количество>")))


def test_prefixes_and_inner_namespaces_read_alike() -> None:
    plain = read(package(order("<Сумма>5</Сумма>")))
    prefixed = (
        package(order("<Сумма>5</Сумма>")).replace("</", "\0").replace("<", "<c:").replace("\0", "</c:").replace("<c:?", "<?")
    )
    prefixed = prefixed.replace("<c:КоммерческаяИнформация", '<c:КоммерческаяИнформация xmlns:c="urn:1C.ru:commerceml_2"')
    assert read(prefixed) == plain
    assert read(package(order("<Сумма>5</Сумма>").replace("<Документ>", '<Документ xmlns="urn:1C.ru:commerceml_2">'))) == plain


@pytest.mark.parametrize(
    "before", ["\ufeff", "\n\n  ", "<br />\n<b>Notice</b>: Undefined index: a in /x.php\n", "<!-- <КоммерческаяИнформация> -->"]
)
def test_junk_before_the_declaration_is_dropped(before: str) -> None:
    assert [document.number for document in read(before + package(order()))] == ["1"]


@pytest.mark.parametrize(
    ("declared", "real"), [("UTF-8", "windows-1251"), ("windows-1251", "utf-8"), ("koi8-r", "utf-8"), ("", "cp1251")]
)
def test_the_real_encoding_counts_and_not_the_declared_one(declared: str, real: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = package(order("<Комментарий>Ёж &#8212; №1</Комментарий>")).replace(
        '<?xml version="1.0" encoding="UTF-8"?>', declaration
    )
    (document,) = read(text.encode(real))
    assert document.comment == "Ёж — №1"


def test_an_empty_root_is_an_empty_package() -> None:
    assert read(package()) == []
    assert read("<КоммерческаяИнформация/>") == []


@pytest.mark.parametrize("part", ["Каталог", "ПакетПредложений", "Классификатор", "ИзмененияПакетаПредложений"])
def test_a_catalogue_is_refused_by_name(part: str) -> None:
    _, fault = read_until_fault(package(f"<{part}><Ид>1</Ид></{part}>").encode())
    assert fault is not None
    assert fault.code == "catalogue"
    assert part in fault.reason


def test_documents_behind_a_classifier_are_read() -> None:
    assert len(read(package("<Классификатор><Ид>1</Ид></Классификатор>" + order()))) == 1


def test_containers_are_counted() -> None:
    shipment = "<Документ><Ид>s</Ид><ХозОперация>Отпуск товара</ХозОперация></Документ>"
    inside = (
        f"<Контейнер>{order(number='1')}{shipment}</Контейнер><Контейнер>{order(number='2')}</Контейнер>{order(number='3')}"
    )
    assert [(document.number, document.container) for document in read(package(inside))] == [
        ("1", 0),
        ("", 0),
        ("2", 1),
        ("3", None),
    ]


def test_a_document_inside_a_document_is_not_one_of_the_package() -> None:
    assert [document.number for document in read(package(order("<Прочее><Документ><Ид>x</Ид></Документ></Прочее>")))] == ["1"]


def test_a_document_in_an_unknown_wrapper_is_not_lost() -> None:
    assert [document.number for document in read(package(f"<Документы>{order()}{order(number='2')}</Документы>"))] == ["1", "2"]


def test_one_bad_document_does_not_stop_the_others() -> None:
    found = read(package(order() + order("<Сумма>много</Сумма>", "2") + order(number="3")))
    assert [bool(document.fatal) for document in found] == [False, True, False]
    assert found[1].fatal is not None
    assert (found[1].fatal.code, found[1].fatal.where) == ("number_unreadable", "Документ 2 / Сумма")
    assert found[1].document_id == "id-2"


def test_documents_before_a_fault_are_handed_over_first() -> None:
    broken = package(order() + "\n" + order(number="2") + "\n<Документ><Ид></Документ>")
    found, fault = read_until_fault(broken.encode())
    assert [document.number for document in found] == ["1", "2"]
    assert fault is not None
    assert (fault.code, fault.line) == ("xml_broken", 4)
    assert "строка 4" in fault.reason


def test_lines_are_counted_from_the_first_byte_of_the_file() -> None:
    _, fault = read_until_fault(("\n\n\n" + package("\n<a></b>")).encode())
    assert fault is not None
    assert fault.line == 6


def test_an_unknown_entity_never_becomes_a_shorter_number() -> None:
    broken = package(order() + order("<Сумма>1&nbsp;000</Сумма>", "2") + order(number="3"))
    found, fault = read_until_fault(broken.encode())
    assert [document.number for document in found] == ["1"]
    assert fault is not None
    assert fault.code == "entity_unknown"


def test_control_characters_do_not_stop_a_package() -> None:
    (document,) = read(package(order("<Комментарий>a\x0bb\x1f</Комментарий>")))
    assert document.comment == "a b"


def test_comments_instructions_and_cdata_inside_documents() -> None:
    text = order("<!-- нет --><?x y?><Комментарий><![CDATA[a < b]]></Комментарий><Сумма>1<!-- -->0</Сумма>")
    (document,) = read(package(text))
    assert (document.comment, document.total) == ("a < b", Decimal(10))


@pytest.mark.parametrize(
    ("limits", "inside", "code"),
    [
        (ReadLimits(lines_per_document=2), "<Товары>" + "<Товар/>" * 3 + "</Товары>", "too_many_lines"),
        (
            ReadLimits(requisites_per_document=2),
            "<ЗначенияРеквизитов>" + "<ЗначениеРеквизита/>" * 3 + "</ЗначенияРеквизитов>",
            "too_many_requisites",
        ),
        (ReadLimits(text_characters=20), "<Комментарий>длиннее двадцати знаков</Комментарий>", "text_too_long"),
        (ReadLimits(subordinate_levels=1), "<ПодчиненныеДокументы><ПодчиненныйДокумент/></ПодчиненныеДокументы>", ""),
    ],
)
def test_a_document_past_a_limit_is_refused_alone(limits: ReadLimits, inside: str, code: str) -> None:
    found = read(package(order(inside) + order(number="2")), limits)
    refused = found[0].fatal or next((sub.fatal for sub in found[0].subordinates), None)
    assert refused is not None
    assert refused.code == (code or "subordinates_too_deep")
    assert (found[0].document_id, found[1].fatal) == ("id-1", None)


def test_an_ordinary_document_cannot_pass_the_limits_unmeasured() -> None:
    limits = ReadLimits()
    assert limits.harmless_bytes >= 2 * limits.feed_bytes


def test_a_document_without_end_is_refused_and_so_is_junk() -> None:
    limits = ReadLimits(feed_bytes=1024, document_bytes=10_000)
    long = "<Комментарий>" + "x" * 30_000
    assert _code(package(order() + order(long + "</Комментарий>", "2")), limits) == (1, "document_too_large")
    assert _code(package("<Прочее>" + "<a/>" * 9_000 + "</Прочее>" + order()), limits) == (0, "no_documents")


def _code(text: str, limits: ReadLimits) -> tuple[int, str]:
    found, fault = read_until_fault(text.encode(), limits)
    return len(found), fault.code if fault else ""


def test_the_reader_takes_no_more_than_it_needs_at_once() -> None:
    """The first document is out before the rest of the package has been asked for."""
    first = package(order(), "").removesuffix("</КоммерческаяИнформация>") + "<!--" + "x" * 70_000 + "-->"

    def chunks() -> object:
        yield first.encode()
        yield order(number="2").encode()
        raise AssertionError("asked too early")

    documents = read_documents(chunks())  # type: ignore[arg-type]
    assert next(documents).number == "1"
    assert next(documents).number == "2"


def test_the_head_of_a_document() -> None:
    document = read_one(
        order(
            "<Дата>2024-05-01</Дата><Время>9:05</Время><Роль>Продавец</Роль><Валюта>руб.</Валюта><Курс>1</Курс><Сумма>231.7400</Сумма>"
            "<НомерВерсии>AAE=</НомерВерсии><Номер1С>НФ-1</Номер1С><Дата1С>01.05.2024 9:05:00</Дата1С><Комментарий/>"
        )
    )
    assert (document.date, document.time, document.currency) == (dt.date(2024, 5, 1), dt.time(9, 5), "RUB")
    assert (document.rate, document.total, document.role, document.comment) == (Decimal(1), Decimal("231.74"), "Продавец", "")
    assert (document.version_number, document.number_in_node) == ("AAE=", "НФ-1")
    assert document.date_in_node == dt.datetime.fromisoformat("2024-05-01T09:05:00")


def test_silence_is_not_emptiness() -> None:
    document = read_one(order())
    assert (document.date, document.time, document.currency, document.total) == (None, None, "", None)
    assert (document.comment, document.lines, document.counterparties) == (None, None, ())
    assert document.problems == ()


@pytest.mark.parametrize("currency", ["руб", "RUB", "руб.", "643", "Рубль", " rub "])
def test_roubles_by_any_name(currency: str) -> None:
    assert read_one(order(f"<Валюта>{currency}</Валюта>")).currency == "RUB"


def test_dates_that_cannot_be_read_are_noted_and_left_out() -> None:
    document = read_one(order("<Дата>вчера</Дата><Время>25:00</Время>"))
    assert (document.date, document.time) == (None, None)
    assert [(problem.code, problem.fatal) for problem in document.problems] == [
        ("date_unreadable", False),
        ("time_unreadable", False),
    ]


def test_the_hour_may_stand_in_the_date() -> None:
    assert read_one(order("<Дата>2024-05-01T9:05:00</Дата>")).time == dt.time(9, 5)
    assert read_one(order("<Дата>2024-05-01T00:00:00</Дата>")).time is None
