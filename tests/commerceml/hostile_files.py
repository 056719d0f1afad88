"""Files made to eat memory, of tens of megabytes each, made piece by piece so that they weigh nothing themselves."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

Pieces = Iterator[bytes]
Make = Callable[[], Pieces]

MB = 1 << 20
FLOW = 2 * MB  # of what a reader takes one by one
SIZE = 8 * MB  # above the limit of elements in one document
LONG = 36 * MB  # above the limits of one text and of one document
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = '<КоммерческаяИнформация ВерсияСхемы="2.08">'
CLOSING = "</КоммерческаяИнформация>"
IN_ORDER = f"{ROOT}<Документ><Ид>1</Ид><ХозОперация>Заказ товара</ХозОперация>"
IN_ITEM = f"{ROOT}<Каталог><Товары><Товар><Ид>1</Ид>"
IN_PARTY = f"{ROOT}<Контрагенты><Контрагент><Ид>1</Ид>"
IN_REFERENCE = f"{ROOT}<Справочники><Справочник><ЭлементыСправочника><ЭлементСправочника>"
LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def repeated(begin: str, part: str, size: int = SIZE, encoding: str = "utf-8") -> Make:
    """``begin``, then ``part`` over and over up to ``size`` bytes; the file never ends as it should."""

    def make() -> Pieces:
        yield (HEAD + begin).encode(encoding)
        piece = part.encode(encoding) * max(1, 65536 // len(part.encode(encoding)))
        for _ in range(size // len(piece)):
            yield piece

    return make


def numbered(begin: str, part: str, size: int = SIZE) -> Make:
    """The same with a new number in every part (``@`` stands for it)."""

    def make() -> Pieces:
        yield (HEAD + begin).encode()
        numbers, left = iter(range(10**9)), size
        while left > 0:
            piece = "".join(part.replace("@", str(n)) for n in islice(numbers, 2000)).encode()
            left -= len(piece)
            yield piece

    return make


def whole(text: str, encoding: str = "utf-8") -> Make:
    """A file of one piece."""
    return lambda: iter([text.encode(encoding)])


def with_doctype(doctype: str) -> Make:
    """A file whose first comment would be the entity."""
    return whole(f"{HEAD}{doctype}{IN_ORDER}<Комментарий>&e;&j;</Комментарий></Документ>{CLOSING}")


#: Reader → where it keeps what it reads.
PLACES = {"documents": IN_ORDER, "catalogue": IN_ITEM, "counterparties": IN_PARTY, "references": IN_REFERENCE}
#: What is put there.
INSIDE: Mapping[str, Callable[[str], Make]] = {
    "nesting": lambda place: repeated(place, "<a>"),
    "text": lambda place: repeated(f"{place}<Наименование>", "Ж" * 1000, LONG),
    "text in pieces": lambda place: repeated(f"{place}<Наименование>", f"{'Ж' * 1000}<!-- -->", LONG),
    "CDATA": lambda place: repeated(f"{place}<Наименование>", f"<![CDATA[{'Ж' * 1000}]]>", LONG),
    "empty elements": lambda place: repeated(place, "<a/>"),
    "short texts": lambda place: repeated(place, "<a>1</a>", 2 * SIZE),
    "empty rows": lambda place: repeated(f"{place}<Товары>", "<Товар/>", 3 * SIZE),
    "requisites": lambda place: repeated(f"{place}<ЗначенияРеквизитов>", "<ЗначениеРеквизита/>", LONG),
    "new names": lambda place: numbered(place, "<n@/>", 2 * SIZE),
    "new prefixes": lambda place: numbered(place, '<p@:a xmlns:p@="u@"/>', SIZE),
    "attribute": lambda place: repeated(f'{place}<a b="', "Ж" * 1000, LONG),
    "attributes": lambda place: numbered(f"{place}<a ", 'b@="1" ', 2 * SIZE),
    "gigantic number": lambda place: repeated(f"{place}<Сумма>", "9" * 1000, LONG),
    "NUL": lambda place: repeated(place, "\0", LONG),
    "control characters": lambda place: repeated(f"{place}<Наименование>", "\x01", LONG),
    "cp1251 called utf-8": lambda place: repeated(f"{place}<Наименование>", "Ж" * 1000, LONG, encoding="cp1251"),
}
#: Read by every reader, as a file may come under any name.
ANYWHERE: Mapping[str, Make] = {
    "external entity": with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "parameter entity": with_doctype('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'),
    "entity bomb": with_doctype(f'<!DOCTYPE l [<!ENTITY a "ha">{LAUGHS}]>'),
    "endless DOCTYPE": repeated("<!DOCTYPE x [", '<!ENTITY a "1">', LONG),
    "endless comment": repeated(f"{ROOT}<!--", "x" * 1000, LONG),
    "endless instruction": repeated(f"{ROOT}<?php ", "x" * 1000, LONG),
    "endless name": repeated(f"{ROOT}<", "x" * 1000, LONG),
    "endless beginning": repeated("", " ", LONG),
    "endless end": repeated(ROOT + CLOSING, " ", LONG),
    "utf-16": repeated(IN_ORDER, "Ж", encoding="utf-16"),
    "something unknown": repeated(ROOT, "<a>1</a>", 2 * SIZE),
}
#: Reader → what it takes piece by piece for as long as it goes on.
FLOWING: Mapping[str, Mapping[str, Make]] = {
    "documents": {
        "documents": repeated(ROOT, "<Документ/>", FLOW),
        "containers": repeated(ROOT, "<Контейнер><Документ/></Контейнер>", FLOW),
        "one container": repeated(f"{ROOT}<Контейнер>", "<Документ/>", FLOW),
        "documents with new names": numbered(ROOT, "<Документ><n@/></Документ>", FLOW),
    },
    "catalogue": {
        "goods": repeated(f"{ROOT}<Каталог><Товары>", "<Товар/>", FLOW),
        "goods with new names": numbered(f"{ROOT}<Каталог><Товары>", "<Товар><n@/></Товар>", FLOW),
        "units": numbered(f"{ROOT}<Классификатор><ЕдиницыИзмерения>", "<ЕдиницаИзмерения><Ид>@</Ид></ЕдиницаИзмерения>", FLOW),
        "groups": numbered(f"{ROOT}<Классификатор><Группы>", "<Группа><Ид>@</Ид></Группа>", FLOW),
    },
    "counterparties": {"counterparties": repeated(f"{ROOT}<Контрагенты>", "<Контрагент/>", FLOW)},
    "references": {"elements": repeated(IN_REFERENCE, "</ЭлементСправочника><ЭлементСправочника>", FLOW)},
}
