"""The site's catalogue is loaded, type=get_catalog (onec-exchange 1.6): checkauth ─ init ─ query… until ``finished=yes``.

Only Bitrix's module does it. Every piece is a whole file; the classifier comes first, then goods, then offers.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from uzel.emulators.onec_base import answers
from uzel.emulators.onec_base.conversation import MAX_QUERIES, Conversation
from uzel.emulators.onec_base.errors import ExchangeError

PARTS = ("Классификатор", "Каталог", "ПакетПредложений")  # in the order in which they come
SCHEMA = "2.021"


@dataclass(frozen=True, slots=True)
class FetchedItem:
    """Goods as the site told them."""

    name: str
    article: str
    unit: str
    vat: str
    group: str
    deleted: bool


@dataclass(slots=True)
class Fetched:
    """What has been loaded, by Ид. ``groups``: name and group around; ``offers``: name and prices by their kinds."""

    groups: dict[str, tuple[str, str]] = field(default_factory=dict)
    goods: dict[str, FetchedItem] = field(default_factory=dict)
    offers: dict[str, tuple[str, dict[str, Decimal]]] = field(default_factory=dict)
    price_types: dict[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


def fetch(talk: Conversation, fetched: Fetched) -> None:
    """Load every piece, from the beginning again after a failure, as often as the settings say."""
    for attempt in range(talk.settings.repeats + 1):
        try:
            _fetch(talk, fetched)
            return
        except ExchangeError as error:
            if attempt == talk.settings.repeats:
                raise
            talk.journal.warning(f"Загрузка каталога будет повторена. {error}")


def _fetch(talk: Conversation, fetched: Fetched) -> None:
    talk.wire.log_in()
    if talk.wire.auth.sessid_line:
        raise ExchangeError("Ответ на checkauth при загрузке каталога: лишняя строка")
    answers.read_fetch_init(talk.wire.get("fetch_init"))
    fetched.pieces.clear()
    package = ""
    for _ in range(MAX_QUERIES):
        text = _ask(talk, package)
        if text is None:
            if not fetched.pieces:
                raise ExchangeError("Каталог закончился, не начавшись")
            return
        package = _load(talk, text, fetched)
    raise ExchangeError("Сервер отдаёт каталог без конца")


def _ask(talk: Conversation, package: str) -> str | None:
    """The next piece; who names the package that he has may ask for it again."""
    said = package if package != "0" or talk.settings.says_package_zero else ""
    try:
        return answers.read_piece(talk.wire.get("fetch", package=said))
    except ExchangeError:
        if not said:
            raise
        talk.journal.warning(f"Кусок каталога после {said} запрошен ещё раз")
        return answers.read_piece(talk.wire.get("fetch", package=said))


def _load(talk: Conversation, text: str, fetched: Fetched) -> str:
    """One piece; the number of its package, where packages are asked for."""
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(encoding="utf-8", resolve_entities=False))
    except etree.XMLSyntaxError as error:
        raise ExchangeError(f"Кусок каталога не читается: {error}") from error
    named = [child.tag for child in root]
    if root.tag != "КоммерческаяИнформация" or root.get("ВерсияСхемы") != SCHEMA or len(named) != 1 or named[0] not in PARTS:
        raise ExchangeError(f"Кусок каталога не понят: {root.tag} {root.get('ВерсияСхемы')} {named}")
    last = fetched.pieces[-1] if fetched.pieces else PARTS[0]
    if PARTS.index(named[0]) < PARTS.index(last) or (not fetched.pieces and named[0] != PARTS[0]):
        raise ExchangeError(f"{named[0]} после {last}: порядок кусков каталога нарушен")
    fetched.pieces.append(named[0])
    for group in root.iter("Группа"):
        fetched.groups[_text(group, "Ид")] = (_text(group, "Наименование"), _around(group))
    for item in root.iterfind("Каталог/Товары/Товар"):
        _take_item(item, fetched)
    for kind in root.iterfind("ПакетПредложений/ТипыЦен/ТипЦены"):
        fetched.price_types[_text(kind, "Ид")] = _text(kind, "Наименование")
    for offer in root.iterfind("ПакетПредложений/Предложения/Предложение"):
        _take_offer(offer, fetched)
    number = root.get("ПараметрПакета", "")
    if number.isdecimal() != talk.settings.fetch_in_packages:
        raise ExchangeError(f"ПараметрПакета «{number}»: не то, о чём договорились в init")
    return number


def _take_item(item: etree._Element, fetched: Fetched) -> None:
    unit, group = item.find("БазоваяЕдиница"), _text(item, "Группы/Ид")
    own_id, name = _text(item, "Ид"), _text(item, "Наименование")
    if not own_id or not name or unit is None or not unit.get("Код"):
        raise ExchangeError(f"У товара «{own_id}» нет Ид, наименования или кода единицы")
    if group and group not in fetched.groups:
        raise ExchangeError(f"Группа «{group}» товара «{own_id}» не описана")
    fetched.goods[own_id] = FetchedItem(
        name, _text(item, "Артикул"), unit.get("Код") or "", _text(item, "СтавкиНалогов/СтавкаНалога/Ставка"), group,
        item.get("Статус") == "Удален",
    )  # fmt: skip


def _take_offer(offer: etree._Element, fetched: Fetched) -> None:
    own_id, prices = _text(offer, "Ид"), {}
    for price in offer.iterfind("Цены/Цена"):
        kind = _text(price, "ИдТипаЦены")
        if kind not in fetched.price_types:
            raise ExchangeError(f"Вид цены «{kind}» не описан")
        prices[kind] = Decimal(_text(price, "ЦенаЗаЕдиницу"))
    if not own_id or not _text(offer, "Наименование"):
        raise ExchangeError(f"У предложения «{own_id}» нет Ид или наименования")
    fetched.offers[own_id] = (_text(offer, "Наименование"), prices)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _around(group: etree._Element) -> str:
    block = group.getparent()
    above = None if block is None else block.getparent()
    return _text(above, "Ид") if above is not None and above.tag == "Группа" else ""
