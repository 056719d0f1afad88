"""The conversation with a base as one table; docs/reference/exchange-page.md prints it.

    checkauth ─ [init] ─ query ─ success          1C takes changed orders
    checkauth ─ [init] ─ file… ─ [import…]        1C gives orders
    checkauth ─ init ─ file… ─ import…            1C gives directories, promo codes among them (type=reference)
    checkauth ─ init ─ file… ─ import… ─ [deactivate]   1C gives its catalogue (type=catalog)
    checkauth ─ [init] ─ query ─ success          1C takes changed promo codes as a directory (type=reference)
    checkauth ─ init ─ query…                     1C fetches the catalogue (type=get_catalog)
    [checkauth] ─ query ─ success                 the extension takes changed promo codes (type=promocodes)
    any                                           a base waits for changed orders (type=listen)
    any of these with probe=1                     the doctor tries the way to the page; nothing happens

New protocol: ``init`` named a ``version``. Old: it did not, or there was no ``init`` (onec-exchange 1.1, 1.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from uzel.exchange import commands
from uzel.exchange.commands import Command, Refusal
from uzel.exchange.file_names import catalog_name_problem, is_picture, name_problem
from uzel.exchange.request import PROBE

ORDERS = ("sale", "crm")
REFERENCE = ("reference",)
CATALOG = ("catalog",)
GET_CATALOG = ("get_catalog",)
PROMO_CODES = ("promocodes",)
LISTEN = ("listen",)
PROBES = (PROBE,)
ANY_MODE = "any"
GET, POST = ("GET",), ("POST",)
VERSION_DIGITS = 18
CRM_PULL = "Выборка заказов по ORDER_ID и MODIFICATION_LABEL не поддерживается: изменённые заказы отдаются и без неё."
BAD_SINCE = "Параметр since должен быть номером версии промокодов: целым числом, 0 для всех."
TIMESTAMP_DIGITS = 11
PACKAGES = "package"  # the word of ``outputType``


class Need(StrEnum):
    """What a step stands on; each contains those before it."""

    PASSWORD = "password"  # noqa: S105 - a word of the table
    AUTH = "auth"
    SESSION = "session"
    INIT = "init"


class Protocol(StrEnum):
    """Which way of uploading the session has agreed upon."""

    ANY = "any"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Facts:
    """A call as the table sees it. ``stranger`` and ``no_session`` say in Russian why there is none; empty: there is.

    ``pulls``: a query that names an order or a moment instead of taking what is due (onec-exchange 5).
    ``from_page``: it came with a Referer, which 1C never sends.
    """

    kind: str
    mode: str
    method: str = "GET"
    file_name: str = ""
    version: str = ""
    cml_version: str = ""
    stranger: str = ""
    unnamed: bool = False
    no_session: str = ""
    initialised: bool = False
    session_version: str = ""
    since: str = ""
    etags: str = ""
    pulls: bool = False
    timestamp: str = ""
    catalog_source: bool = False
    receives_catalog: bool = False
    output: str = ""
    package: str = ""
    from_page: bool = False

    @property
    def protocol(self) -> Protocol:
        """``init`` decides by what it says itself, every other step by what the session's ``init`` said."""
        named = self.version if self.mode == "init" else (self.initialised and self.session_version)
        return Protocol.NEW if named else Protocol.OLD


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the conversation."""

    mode: str
    methods: tuple[str, ...]
    need: Need
    protocol: Protocol
    reply: str
    happens: str
    command: Callable[[Facts], Command | Refusal]
    types: tuple[str, ...] = ORDERS


def _query(facts: Facts) -> Command | Refusal:
    return Refusal("crm_pull", CRM_PULL) if facts.kind == "crm" and facts.pulls else commands.Query()


def _promo_query(facts: Facts) -> Command | Refusal:
    since = _whole(facts.since or "0")
    if since is None:
        return Refusal("bad_version", BAD_SINCE)
    return commands.PromoQuery(since, facts.etags)


def _directory_query(facts: Facts) -> Command | Refusal:
    since = _whole(facts.since) if facts.since else None
    return Refusal("bad_version", BAD_SINCE) if facts.since and since is None else commands.DirectoryQuery(since)


def _promo_success(facts: Facts) -> Command | Refusal:
    version = _whole(facts.version)
    if version is None:
        return Refusal("bad_version", "Параметр version должен быть номером версии промокодов, который пришёл в ответе.")
    return commands.PromoSuccess(version)


def _catalog_file(facts: Facts) -> Command | Refusal:
    name = facts.file_name
    return commands.StorePicture(name) if is_picture(name) else commands.StoreFile(name, at_once=False)


def _deactivate(facts: Facts) -> Command | Refusal:
    since = _whole(facts.timestamp, TIMESTAMP_DIGITS)
    if since is None:
        return Refusal("bad_timestamp", "Параметр timestamp должен быть числом, которое пришло в ответ на checkauth.")
    return commands.Deactivate(since)


def _give_catalog(facts: Facts) -> Command | Refusal:
    after = _whole(facts.package) if facts.package else None
    if facts.package and after is None:
        return Refusal("bad_package", "Параметр package должен быть числом из атрибута ПараметрПакета последнего ответа.")
    return commands.GiveCatalog(after)


def _whole(text: str, digits: int = VERSION_DIGITS) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


STEPS: tuple[Step, ...] = (
    Step(
        "checkauth", GET, Need.PASSWORD, Protocol.ANY, "success⏎<cookie>⏎<id>⏎sessid=<token>",
        "a new session; uploads that older sessions of the node and type left unfinished are closed",
        lambda facts: commands.CheckAuth(facts.kind), (*ORDERS, *REFERENCE, *PROMO_CODES, *LISTEN, *PROBES),
    ),
    Step(
        "init", GET, Need.SESSION, Protocol.ANY, "zip=no⏎file_limit=<bytes>",
        "the session's unfinished uploads are closed; a file is read by `import`, whatever `version` says",
        lambda facts: commands.Init("", facts.cml_version), REFERENCE,
    ),
    Step(
        "file", POST, Need.SESSION, Protocol.ANY, "success",
        "the piece is archived and appended",
        lambda facts: commands.StoreFile(facts.file_name, at_once=False), REFERENCE,
    ),
    Step(
        "checkauth", GET, Need.PASSWORD, Protocol.ANY, "success⏎<cookie>⏎<id>⏎sessid=<token>⏎timestamp=<Unix time>",
        "the same, of a base that is a source of the catalogue",
        lambda facts: commands.CheckAuth(facts.kind), CATALOG,
    ),
    Step(
        "init", GET, Need.SESSION, Protocol.OLD, "zip=no⏎file_limit=<bytes>",
        "the session's unfinished uploads are closed; a file is read inside `file`",
        lambda facts: commands.Init("", facts.cml_version), (*ORDERS, *PROBES),
    ),
    Step(
        "init", GET, Need.SESSION, Protocol.NEW, "zip=yes⏎file_limit=<bytes>⏎sessid=<token>⏎version=2.09",
        "the session's unfinished uploads are closed; a file is read by `import`",
        lambda facts: commands.Init(facts.version, facts.cml_version), (*ORDERS, *PROBES),
    ),
    Step(
        "file", POST, Need.SESSION, Protocol.OLD, "success[⏎<line>…] or failure⏎<reason>",
        "the piece is archived and appended; once the file looks whole it is read, the first 30 s of it at once",
        lambda facts: commands.StoreFile(facts.file_name, at_once=True),
    ),
    Step(
        "file", POST, Need.INIT, Protocol.NEW, "success",
        "the piece is archived and appended",
        lambda facts: commands.StoreFile(facts.file_name, at_once=False),
    ),
    Step(
        "init", GET, Need.SESSION, Protocol.ANY, "zip=yes⏎file_limit=<bytes>",
        "the session's unfinished uploads are closed; a file is read by `import`, whatever `version` says",
        lambda facts: commands.Init(facts.version, facts.cml_version), CATALOG,
    ),
    Step(
        "file", POST, Need.SESSION, Protocol.ANY, "success[⏎<line>]",
        "the piece is archived and appended; a picture is tied to its name at once",
        _catalog_file, CATALOG,
    ),
    Step(
        "import", GET, Need.SESSION, Protocol.ANY, "progress⏎<text>, then success[⏎<line>…] or failure⏎<reason>",
        "the file is taken out of its zip and read in the background; repeated until that is done",
        lambda facts: commands.Import(facts.file_name), (*ORDERS, *CATALOG, *REFERENCE),
    ),
    Step(
        "deactivate", GET, Need.SESSION, Protocol.ANY, "progress⏎<text>, then success⏎<line>",
        "goods of this base that a full load since `timestamp` did not name are taken down, if every file was read",
        _deactivate, CATALOG,
    ),
    Step(
        "complete", GET, Need.SESSION, Protocol.ANY, "progress⏎<text>, then success⏎<line>",
        "the same as `deactivate`",
        _deactivate, CATALOG,
    ),
    Step(
        "checkauth", GET, Need.PASSWORD, Protocol.ANY, "success⏎<cookie>⏎<id>⏎",
        "a new session of a base that receives the catalogue",
        lambda facts: commands.CheckAuth(facts.kind), GET_CATALOG,
    ),
    Step(
        "init", GET, Need.SESSION, Protocol.ANY, "zip=no⏎",
        "the next `query` begins anew; with `outputType=package` each may name the piece that the base has",
        lambda facts: commands.InitCatalog(facts.output == PACKAGES), GET_CATALOG,
    ),
    Step(
        "query", GET, Need.INIT, Protocol.ANY, "[<text>]<XML>, then finished=yes⏎",
        "the next piece: groups, then goods, then offers with prices",
        _give_catalog, GET_CATALOG,
    ),
    Step(
        "query", ("GET", "POST"), Need.SESSION, Protocol.ANY, "XML; an empty root element when nothing changed",
        "changed orders of this node, if it receives changes; the session remembers what was given",
        _query,
    ),
    Step(
        "success", GET, Need.SESSION, Protocol.ANY, "success",
        "what this very session was given counts as taken",
        lambda facts: commands.Success(),
    ),
    Step(
        "info", GET, Need.AUTH, Protocol.ANY, "XML",
        "lists of statuses, payment and delivery systems",
        lambda facts: commands.Info(), (*ORDERS, *PROBES),
    ),
    Step(
        "query", ("GET", "POST"), Need.SESSION, Protocol.ANY, "XML; an empty root element when nothing changed",
        "promo codes of this base's shop, all or what changed since it last confirmed; the session remembers what was given",
        _directory_query, REFERENCE,
    ),
    Step(
        "success", GET, Need.SESSION, Protocol.ANY, "success",
        "what this very session was given counts as taken",
        lambda facts: commands.DirectorySuccess(), REFERENCE,
    ),
    Step(
        "query", GET, Need.AUTH, Protocol.ANY, "JSON, or HTTP 304 without a body",
        "promo codes of this base's shop that changed after version `since`",
        _promo_query, PROMO_CODES,
    ),
    Step(
        "success", GET, Need.AUTH, Protocol.ANY, "success",
        "the base has the promo codes up to `version`",
        _promo_success, PROMO_CODES,
    ),
    Step(
        ANY_MODE, GET, Need.AUTH, Protocol.ANY, "success, or HTTP 304 without a body",
        "waits up to 50 s until there is an order for the base to take",
        lambda facts: commands.Listen(), LISTEN,
    ),
    Step(
        "wait", GET, Need.AUTH, Protocol.ANY, "success, or HTTP 304 without a body", "the same, for the doctor",
        lambda facts: commands.Listen(), PROBES,
    ),
    Step(
        "query", GET, Need.SESSION, Protocol.ANY, "XML, an empty root element", "nothing",
        lambda facts: commands.ProbeQuery(), PROBES,
    ),
    Step(
        "success", GET, Need.SESSION, Protocol.ANY, "success", "nothing",
        lambda facts: commands.ProbeSuccess(), PROBES,
    ),
    Step(
        "file", POST, Need.SESSION, Protocol.ANY, "success⏎<bytes that came>", "the bytes are counted and thrown away",
        lambda facts: commands.ProbeFile(), PROBES,
    ),
)  # fmt: skip

TYPES = (*ORDERS, *CATALOG, *GET_CATALOG, *REFERENCE, *PROMO_CODES, *LISTEN, *PROBES)
NOT_A_SOURCE = (
    "Эта база не источник каталога. Отключите обмен товарами в настройках обмена или попросите администратора узла обмена "
    "назначить её источником."
)
NOT_A_RECEIVER = (
    "Этой базе каталог не отдаётся. Отключите в настройках обмена загрузку товаров с сайта или попросите администратора узла "
    "обмена разрешить её."
)
FROM_A_PAGE = "Каталог отдаётся только программе 1С, а это обращение пришло со страницы в браузере (заголовок Referer)."


def decide(facts: Facts) -> Command | Refusal:
    """The command of a call, or why there is none. Strangers learn nothing but that they are strangers."""
    if facts.stranger:
        return Refusal("unauthorised", facts.stranger, challenge=facts.unnamed)
    if facts.kind not in TYPES:
        return Refusal("unknown_type", "Неизвестный тип обмена (type).")
    step = find_step(facts)
    if step is None:
        return Refusal("unknown_command", "Неизвестная команда.")
    return _refuse(step, facts) or step.command(facts)


def find_step(facts: Facts) -> Step | None:
    """The row of the table for a call."""
    of_type = (step for step in STEPS if facts.kind in step.types and step.mode in (facts.mode, ANY_MODE))
    return next((step for step in of_type if step.protocol in (Protocol.ANY, facts.protocol)), None)


def _refuse(step: Step, facts: Facts) -> Refusal | None:
    if facts.method not in step.methods:
        return Refusal("wrong_method", f"Команда {step.mode} принимается методом {' или '.join(step.methods)}.")
    if facts.kind in CATALOG and not facts.catalog_source:
        return Refusal("not_catalog_source", NOT_A_SOURCE)
    if facts.kind in GET_CATALOG and facts.from_page:
        return Refusal("from_a_page", FROM_A_PAGE)
    if facts.kind in GET_CATALOG and not facts.receives_catalog:
        return Refusal("not_catalog_receiver", NOT_A_RECEIVER)
    if step.need in (Need.SESSION, Need.INIT) and facts.no_session:
        return Refusal("no_session", facts.no_session)
    if step.need is Need.INIT and not facts.initialised:
        return Refusal("no_init", "Сначала нужна команда init.")
    problem_of = catalog_name_problem if facts.kind in CATALOG else name_problem
    bad_name = problem_of(facts.file_name) if step.mode in ("file", "import") else ""
    return Refusal("bad_file_name", bad_name) if bad_name else None


def table() -> str:
    """The conversation as a Markdown table."""
    head = ("type", "mode", "method", "needs", "protocol", "reply", "what happens")
    rows = [
        (", ".join(step.types), step.mode, ", ".join(step.methods), step.need, step.protocol, f"`{step.reply}`", step.happens)
        for step in STEPS
    ]
    rows += [
        (kind, "any", "any", Need.AUTH, Protocol.ANY, f"`failure⏎{text}`", what)
        for kind, text, what in (
            ("catalog", NOT_A_SOURCE, "not from this base"),
            ("get_catalog", NOT_A_RECEIVER, "not to this base"),
            ("get_catalog", FROM_A_PAGE, "not to a call with a Referer"),
        )
    ]
    told = ", ".join(kind for kind in TYPES if kind not in LISTEN)
    rows.append((told, "any other", "any", Need.AUTH, Protocol.ANY, "`failure⏎Неизвестная команда.`", "nothing"))
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines) + "\n"
