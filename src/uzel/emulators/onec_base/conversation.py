"""The session set of a client: download, then upload, each with its own checkauth (onec-exchange 1.2, 1.5).

A  checkauth ─ [init] ─ query ─ (load in one transaction) ─ success      Bitrix's module: until an empty list
B  checkauth ─ init ─ file… ─ [import…]                                  once for every portion, and on a repeat
S  checkauth ─ info                                                      the button in the node form
"""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from uzel.emulators.onec_base import answers, packing
from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.faults import Faults
from uzel.emulators.onec_base.journal import Journal
from uzel.emulators.onec_base.lists import SiteLists, read_lists
from uzel.emulators.onec_base.load import Loaded, load_orders
from uzel.emulators.onec_base.profiles import Settings
from uzel.emulators.onec_base.read import read_orders
from uzel.emulators.onec_base.records import Books, Order
from uzel.emulators.onec_base.shop import Shop
from uzel.emulators.onec_base.wire import Wire
from uzel.emulators.onec_base.write import write_documents_alone, write_orders

MAX_QUERIES = 10_000  # of one session of Bitrix's module


@dataclass(slots=True)
class Conversation:
    """One session set on its way: with whom, with what, and what came of it so far."""

    shop: Shop
    wire: Wire
    faults: Faults
    journal: Journal
    sleep: Callable[[float], None]
    rng: random.Random
    loaded: Loaded = field(default_factory=Loaded)
    sent: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The client's habits."""
        return self.shop.settings


@dataclass(frozen=True, slots=True)
class Package:
    """A file ready to leave, and the orders in it as they were written."""

    name: str
    body: bytes
    formed: dt.datetime
    orders: tuple[Order, ...]


# --- download ---------------------------------------------------------------------------------------------------


def download(talk: Conversation) -> None:
    """Take the site's orders; ``success`` is sent only for what was loaded."""
    settings = talk.settings
    talk.wire.log_in()
    if settings.init_before_query:
        answers.read_init(talk.wire.get("init"), settings)
    if not settings.repeat_query:
        _take_orders(talk)
        return
    for _ in range(MAX_QUERIES):
        if not _take_orders(talk):
            return
    raise ExchangeError("Сервер отдаёт заказы без конца")


def _take_orders(talk: Conversation) -> bool:
    """One query with its load and success; whether there was anything in it."""
    text = answers.read_query(talk.wire.get("query"), talk.settings)
    orders, remarks = read_orders(text, talk.settings)
    talk.loaded.remarks += remarks
    if talk.settings.repeat_query and not orders:
        return False
    # From here on the documents are in the base, whatever becomes of success.
    talk.loaded.add(load_orders(talk.shop, orders))
    answers.read_success(talk.wire.get("success"))
    return bool(orders)


# --- upload -----------------------------------------------------------------------------------------------------


def upload(talk: Conversation, *, everything: bool = False) -> None:
    """Send the base's changed orders in portions; a registration is dropped once its file was accepted."""
    due = orders_due(talk.shop.books, talk.settings, talk.loaded.document_ids, everything=everything)
    formed = talk.shop.clock()  # the start of the session, the same for every portion
    stem = uuid.UUID(int=talk.rng.getrandbits(128), version=4)
    for number, portion in enumerate(_portions(due, talk.settings.portion_size)):
        if talk.settings.is_container and talk.faults.take("documents_first"):
            early = write_documents_alone(portion, talk.settings, formed)
            _send_with_repeats(talk, Package(f"documents-{stem}_{number}.xml", early, formed, ()))
        package = _write_package(talk, f"orders-{stem}_{number}.xml", portion, formed)
        _send_with_repeats(talk, package)
        _forget_changes(talk.shop.books, package.orders)
        talk.sent += [order.document_id for order in package.orders]


def orders_due(books: Books, settings: Settings, loaded: Collection[str] = (), *, everything: bool = False) -> list[Order]:
    """Orders to upload, oldest first: changed ones, not loaded in this session, and known to the site at all.

    Without НомерЗаказаНаСайте, ДатаЗаказаНаСайте, Валюта or Контрагент an order never leaves (onec-exchange 3.2).
    """
    wanted = books.orders if everything else books.changed
    chosen = [books.orders[key] for key in wanted if key in books.orders and key not in loaded]
    return sorted(filter(lambda order: _can_leave(order, settings), chosen), key=lambda one: (one.date_in_1c, one.number_in_1c))


def _can_leave(order: Order, settings: Settings) -> bool:
    known = bool(order.site_number and order.site_date and order.currency and order.counterparty_id)
    return known and (settings.upload_from is None or order.date_in_1c.date() >= settings.upload_from)


def _portions(orders: Sequence[Order], size: int) -> Iterator[tuple[Order, ...]]:
    step = size or len(orders) or 1
    for start in range(0, len(orders), step):
        yield tuple(orders[start : start + step])


def _write_package(talk: Conversation, name: str, orders: tuple[Order, ...], formed: dt.datetime) -> Package:
    settings = talk.settings
    if talk.faults.take("windows_1251"):
        settings = replace(settings, encoding="windows-1251")
    body = write_orders(orders, talk.shop.books, settings, formed)
    if talk.faults.take("truncate_file"):
        body = body[: len(body) // 2]
    return Package(name, body, formed, orders)


def _forget_changes(books: Books, orders: Sequence[Order]) -> None:
    """Drop the registrations of what was sent, but not of an order written again meanwhile."""
    for order in orders:
        if books.orders.get(order.document_id) == order:
            books.changed.discard(order.document_id)


def _send_with_repeats(talk: Conversation, package: Package) -> None:
    """The whole session again after a failure, up to «КоличествоПовторений» times."""
    for attempt in range(talk.settings.repeats + 1):
        try:
            _send(talk, package)
            break
        except ExchangeError as error:
            if attempt == talk.settings.repeats:
                raise
            talk.journal.warning(f"Выгрузка будет повторена. {error}")
    if talk.faults.take("send_twice"):
        _send(talk, package)


def _send(talk: Conversation, package: Package) -> None:
    settings = talk.settings
    talk.wire.log_in()
    limits = answers.read_init(talk.wire.get("upload_init"), settings)
    name, body = packing.pack(package.name, package.body, limits, talk.rng, package.formed)
    size = packing.part_size(body, limits, settings.split_bytes, talk.faults.take("split_file"))
    send_parts(talk, name, packing.cut(body, size))
    if settings.imports:
        ask_import(talk, package.name)  # by the name of the XML, also when a zip was sent


def send_parts(talk: Conversation, name: str, parts: Sequence[bytes]) -> None:
    """Parts of one file, all under its name."""
    for part in parts:
        _post(talk, name, part)
        if talk.faults.take("post_twice"):
            _post(talk, name, part)


def _post(talk: Conversation, name: str, part: bytes) -> None:
    words = answers.read_file(talk.wire.post(name, part))
    if words:
        talk.journal.warning(f"Расширенный статус: {words}")


def ask_import(talk: Conversation, name: str) -> None:
    """The same question until the file is read."""
    for _ in range(talk.settings.import_calls_limit):
        talk.sleep(talk.settings.import_pause_seconds)  # before EACH call
        done, words = answers.read_import(talk.wire.get("import", name))
        if done:
            if words:
                talk.journal.warning(f"Ответ сервера на загрузку {name}: {words}")
            return
    raise ExchangeError(f"Сервер так и не загрузил файл {name}")


# --- info -------------------------------------------------------------------------------------------------------


def ask_lists(wire: Wire) -> SiteLists:
    """Lists of the site, on the hard-coded path and without init."""
    wire.log_in()
    return read_lists(wire.get("info"))
