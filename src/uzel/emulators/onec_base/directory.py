"""The session of directories, type=reference: the base's promo codes go out, those of the site come in (onec-exchange 2.4).

out   checkauth ─ init ─ file ─ import…
in    checkauth ─ init ─ query ─ (load) ─ success      the module: until an empty list; Bitrix itself has no such query
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from lxml import etree

from uzel.emulators.onec_base import answers, packing
from uzel.emulators.onec_base.answers import UNREADABLE
from uzel.emulators.onec_base.conversation import Conversation, ask_import, send_parts
from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.records import DirectoryElement

DIRECTORY = "Промокоды"
FLAGS = ("true", "false")
MAX_VALUE_CHARACTERS = 1000
MAX_QUERIES = 10_000
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)?")
#: What the directory of the base is made of, and what a value must look like.
_TYPES = {
    "Промокод": re.compile(".+", re.DOTALL), "Название": re.compile(".*", re.DOTALL), "Скидка": re.compile(".*", re.DOTALL),
    "ДействуетС": _MOMENT, "ДействуетПо": _MOMENT, "Источник": re.compile(".*", re.DOTALL),
    "Действует": re.compile("true|false"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteDirectory:
    """What the site tells: ``whole``, what it does not name is no more."""

    whole: bool
    elements: list[DirectoryElement] = field(default_factory=list)


def take(talk: Conversation) -> list[str]:
    """Load what the site tells, as often as this client asks; ids of the elements that came."""
    settings, came = talk.settings, list[str]()
    talk.wire.log_in()
    if settings.init_before_query:
        answers.read_init(talk.wire.get("init"), settings)
    for _ in range(MAX_QUERIES):
        told = read_directory(answers.read_query(talk.wire.get("query"), settings))
        if told is None:
            return came
        load(talk.shop.books.promo_codes, told)
        answers.read_success(talk.wire.get("success"))
        came += [one.element_id for one in told.elements]
        if not (settings.repeat_query and told.elements):
            return came
    raise ExchangeError("Сервер отдаёт промокоды без конца")


def load(held: dict[str, DirectoryElement], told: SiteDirectory) -> None:
    """As the server of Bitrix does it: by Ид, if the version is another; a whole directory deletes what it does not name."""
    if told.whole:
        named = {one.element_id for one in told.elements}
        for key in [key for key, one in held.items() if one.site_version and key not in named]:
            del held[key]
    for one in told.elements:
        known = held.get(one.element_id)
        if known is None:
            held[one.element_id] = one
        elif known.site_version != one.site_version:
            values = known.values | one.values
            news = values != known.values or one.deletion_mark != known.deletion_mark
            held[one.element_id] = replace(one, values=values, version=known.version + news)


def give(talk: Conversation, elements: Sequence[DirectoryElement], *, only_changes: bool) -> None:
    """Send elements as a file of the module."""
    talk.wire.log_in()
    limits = answers.read_init(talk.wire.get("upload_init"), talk.settings)
    name = f"references___{uuid.UUID(int=talk.rng.getrandbits(128), version=4)}.xml"
    body = _written(talk, elements, only_changes)
    size = packing.part_size(body, limits, talk.settings.split_bytes, talk.faults.take("split_file"))
    send_parts(talk, name, packing.cut(body, size))
    ask_import(talk, name)


# --- reading, strictly ------------------------------------------------------------------------------------------------


def read_directory(text: str) -> SiteDirectory | None:
    """The directory in an answer, ``None`` for a root element alone; the first bad value ends the load."""
    body = re.sub(r"^<\?xml[^>]*\?>", "", text)
    try:
        root = etree.fromstring(body.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ExchangeError(f"{UNREADABLE}: {error}") from error
    _expect(root.tag == "КоммерческаяИнформация", f"корневой элемент {root.tag}")
    if not len(root):
        return None
    (holder,) = root
    _expect(holder.tag == "ПользовательскиеСправочники" and len(holder) == 1, "нет справочника")
    only_changes = holder.get("СодержитТолькоИзменения", "")
    _expect(only_changes in FLAGS, f"СодержитТолькоИзменения={only_changes}")
    directory = holder[0]
    order = ["Ид", "Наименование", "Реквизиты", "ЭлементыСправочника"]
    _expect([child.tag for child in directory] == order, "элементы справочника не на своих местах")
    _expect(directory.findtext("Наименование") == DIRECTORY, "другой справочник")
    known = {one.findtext("Наименование") for one in directory.iterfind("Реквизиты/Реквизит")}
    elements = [_element(one, known) for one in directory.iterfind("ЭлементыСправочника/*")]
    _expect(len({one.element_id for one in elements}) == len(elements), "Ид повторяется")
    return SiteDirectory(only_changes == "false", elements)


def _element(one: etree._Element, known: set[str | None]) -> DirectoryElement:
    element_id, version = one.findtext("Ид") or "", one.findtext("НомерВерсии") or ""
    _expect(one.tag == "ЭлементСправочника" and 0 < len(element_id) <= 40, f"Ид элемента «{element_id}»")
    _expect(bool(version), f"нет НомерВерсии у {element_id}")
    mark = one.findtext("ПометкаУдаления") or "false"
    _expect(mark in FLAGS, f"ПометкаУдаления={mark}")
    values = dict(_values(one, known))
    _expect("Промокод" in values, f"нет промокода у {element_id}")
    return DirectoryElement(element_id, values, mark == "true", site_version=version)


def _values(one: etree._Element, known: set[str | None]) -> Iterator[tuple[str, str]]:
    for requisite in one.iterfind("ЗначенияРеквизитов/ЗначениеРеквизита"):
        name, value = requisite.findtext("Наименование") or "", requisite.findtext("Значение") or ""
        _expect(name in known and name in _TYPES, f"реквизит «{name}» не описан")
        fits = len(value) <= MAX_VALUE_CHARACTERS and _TYPES[name].fullmatch(value) is not None
        _expect(fits, f"значение «{value[:40]}» реквизита «{name}»")
        yield name, value


def _expect(holds: bool, words: str) -> None:
    if not holds:
        raise ExchangeError(f"Ошибка преобразования данных XDTO: {words}")


# --- writing ----------------------------------------------------------------------------------------------------------


def _written(talk: Conversation, elements: Sequence[DirectoryElement], only_changes: bool) -> bytes:
    root = Element("КоммерческаяИнформация", {"xmlns": "urn:1C.ru:commerceml_3", "ВерсияСхемы": "3.1"})
    holder = SubElement(root, "ПользовательскиеСправочники", {"СодержитТолькоИзменения": FLAGS[0 if only_changes else 1]})
    directory = SubElement(holder, "Справочник")
    SubElement(directory, "Ид").text = SubElement(directory, "Наименование").text = DIRECTORY
    listed = SubElement(directory, "ЭлементыСправочника")
    for one in elements:
        element = SubElement(listed, "ЭлементСправочника")
        SubElement(element, "Ид").text = one.element_id
        SubElement(element, "НомерВерсии").text = f"{one.version:08d}="
        SubElement(element, "ПометкаУдаления").text = FLAGS[0 if one.deletion_mark else 1]
        requisites = SubElement(element, "ЗначенияРеквизитов")
        for name, value in one.values.items():
            requisite = SubElement(requisites, "ЗначениеРеквизита")
            SubElement(requisite, "Наименование").text, SubElement(requisite, "Значение").text = name, value
    written: bytes = tostring(root, encoding=talk.settings.encoding, xml_declaration=True)
    return written
