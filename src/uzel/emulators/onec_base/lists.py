"""The answer to mode=info: statuses, payment systems and delivery services of the site (onec-exchange 2.3)."""

import re
from dataclasses import dataclass

from lxml import etree

from uzel.emulators.onec_base.answers import UNREADABLE, Answer, read_xml
from uzel.emulators.onec_base.errors import ExchangeError

PAYMENT_TYPES = frozenset({"Безналичная оплата", "Эквайринговая оплата", "Наличная оплата"})
STATUS_LISTS = ("Статусы", "Cтатусы")  # the second begins with a LATIN letter, as Bitrix writes it


@dataclass(frozen=True, slots=True)
class Entry:
    """A row the user maps to his own list; ``kind`` is ТипОплаты, empty when the client does not understand it."""

    key: str
    title: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SiteLists:
    """What the buttons «Загрузить статусы / виды оплат / службы доставки» load."""

    statuses: tuple[Entry, ...] = ()
    payments: tuple[Entry, ...] = ()
    deliveries: tuple[Entry, ...] = ()


def read_lists(answer: Answer) -> SiteLists:
    """The three lists; an entry without an Ид cannot be mapped and is passed over."""
    body = re.sub(r"^<\?xml[^>]*\?>", "", read_xml(answer))
    try:
        root = etree.fromstring(body.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ExchangeError(f"{UNREADABLE}: {error}") from error
    statuses = [entry for name in STATUS_LISTS for entry in _entries(root, name)]
    return SiteLists(tuple(statuses), _entries(root, "ПлатежныеСистемы"), _entries(root, "СлужбыДоставки"))


def _entries(root: etree._Element, name: str) -> tuple[Entry, ...]:
    rows = root.iterfind(f"{{*}}{name}/{{*}}Элемент")
    read = (Entry(_text(row, "Ид"), _text(row, "Название"), _payment_type(row)) for row in rows)
    return tuple(entry for entry in read if entry.key)


def _payment_type(row: etree._Element) -> str:
    kind = _text(row, "ТипОплаты")
    return kind if kind in PAYMENT_TYPES else ""


def _text(row: etree._Element, name: str) -> str:
    return (row.findtext(f"{{*}}{name}") or "").strip()
