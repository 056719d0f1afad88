"""Small packages for tests: what is inside a root, read at once."""

from uzel.commerceml.document import Document
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.reader import PackageError, read_documents

NAMESPACES = ("urn:1C.ru:commerceml_2", "urn:1C.ru:commerceml_205", "urn:1C.ru:commerceml_208", "urn:1C.ru:commerceml_210")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def package(inside: str = "", attributes: str = "") -> str:
    """A package with whatever stands in its root."""
    return f'{DECLARATION}<КоммерческаяИнформация ВерсияСхемы="2.08"{attributes}>{inside}</КоммерческаяИнформация>'


def order(inside: str = "", number: str = "1") -> str:
    """An order with an Ид, a number and whatever else."""
    return f"<Документ><Ид>id-{number}</Ид><Номер>{number}</Номер><ХозОперация>Заказ товара</ХозОперация>{inside}</Документ>"


def row(inside: str) -> str:
    """An order with one row of goods."""
    return order(f"<Товары><Товар><Ид>g</Ид><Наименование>Чай</Наименование>{inside}</Товар></Товары>")


def requisite(name: str, *values: str) -> str:
    """A block with one requisite."""
    inside = "".join(f"<Значение>{value}</Значение>" for value in values)
    one = f"<ЗначениеРеквизита><Наименование>{name}</Наименование>{inside}</ЗначениеРеквизита>"
    return f"<ЗначенияРеквизитов>{one}</ЗначенияРеквизитов>"


def subordinate(inside: str) -> str:
    """A block with one subordinate document."""
    return f"<ПодчиненныеДокументы><ПодчиненныйДокумент>{inside}</ПодчиненныйДокумент></ПодчиненныеДокументы>"


def read(text: str | bytes, limits: ReadLimits = DEFAULT_LIMITS) -> list[Document]:
    """All documents; whatever PackageError there is goes up."""
    return list(read_documents([text.encode() if isinstance(text, str) else text], limits))


def read_one(inside: str) -> Document:
    """The only document of a package."""
    (document,) = read(package(inside))
    return document


def read_until_fault(data: bytes, limits: ReadLimits = DEFAULT_LIMITS) -> tuple[list[Document], PackageError | None]:
    """What came before the fault, and the fault."""
    found: list[Document] = []
    try:
        for document in read_documents([data], limits):
            found.append(document)  # noqa: PERF402 - what came before a fault must be kept
    except PackageError as error:
        return found, error
    return found, None
