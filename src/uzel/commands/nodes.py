"""``uzel node add|list|set|show``: the exchange nodes."""

import argparse
import getpass
from typing import Any

from uzel.commands import node_show
from uzel.commands.node_show import RIGHTS
from uzel.commands.output import CommandError, setup, show, the_node
from uzel.console import Titles
from uzel.exchange.clients import BY_NAME

LIST: Titles = {
    "code": "код", "title": "база", "login": "логин", "profile": "клиент", "rights": "права",
    "last_call_at": "последнее обращение", "silent_since": "молчит с",
}  # fmt: skip
FLAGS = {
    "receives_changes": "получает то, что меняют менеджеры", "catalog_source": "её номенклатура — каталог портала",
    "receives_catalog": "может загружать номенклатуру других источников",
    "bulk_load": "её новые сделки импортируются: роботы и бизнес-процессы не срабатывают",
}  # fmt: skip


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("node", help="базы 1С").add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="подключить базу")
    add.add_argument("code")
    add.add_argument("--title", required=True)
    add.add_argument("--login", required=True)
    add.add_argument("--password", required=True, help="«-»: спросить")
    _parameters(add)
    add.set_defaults(run=_add)
    change = verbs.add_parser("set", help="изменить параметры базы")
    change.add_argument("code")
    for name in ("title", "login"):
        change.add_argument(f"--{name}")
    change.add_argument("--password", help="«-»: спросить")
    change.add_argument("--active", action=argparse.BooleanOptionalAction, default=None, help="может ли обращаться вообще")
    _parameters(change)
    change.set_defaults(run=_set)
    node_show.register(verbs)
    listing = verbs.add_parser("list", help="базы и их последние обращения")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)


def _parameters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--profile", choices=["unf", "ut", "bitrix"])
    command.add_argument(
        "--dialect", choices=["auto", *BY_NAME], metavar="DIALECT", help="закрепить программу; auto: как распознана"
    )
    for flag, meaning in FLAGS.items():
        command.add_argument(f"--{flag.replace('_', '-')}", action=argparse.BooleanOptionalAction, default=None, help=meaning)
    command.add_argument("--silence-after", metavar="MINUTES|auto|off", help="без обращений столько времени — молчит")
    command.add_argument("--encoding", choices=["utf-8", "windows-1251"], help="наших ответов")
    command.add_argument("--category", type=int, dest="category_id", help="id воронки в портале")
    command.add_argument("--default-responsible", type=int, dest="default_responsible_id", metavar="USER")
    command.add_argument("--number-prefix", help="первые буквы номеров заказов, созданных в портале")
    command.add_argument("--orders-per-query", type=int, help="сколько заказов не больше в одном ответе")
    command.add_argument("--stage", action="append", metavar="STATUS=NAME=STAGE", help="строка таблицы статусов")
    command.add_argument("--payment", action="append", metavar="ID=NAME=KIND", help="платёжная система, которую узнаёт база")
    command.add_argument("--delivery", action="append", metavar="ID=NAME", help="служба доставки, которую узнаёт база")
    command.add_argument("--owner", action="append", metavar="FIELD=merge|node|portal", help="строка таблицы владения полями")


ENDED = {"silent_since": None, "silence_told_at": None}  # by another bound it is judged anew
STANDARD_LIST = "standard"
WORDS_OF_SILENCE = ("auto", "off")
PLAIN = [
    "title",
    "login",
    "profile",
    "receives_changes",
    "catalog_source",
    "receives_catalog",
    "bulk_load",
    "encoding",
    "category_id",
    "default_responsible_id",
    "number_prefix",
    "orders_per_query",
    "active",
]


def _values(options: argparse.Namespace) -> dict[str, Any]:
    from uzel.hub.passwords import hash_password
    from uzel.sync.ownership import STANDARD, unknown_rows

    values = {name: getattr(options, name) for name in PLAIN if getattr(options, name, None) is not None}
    if options.dialect:
        values["dialect"] = "" if options.dialect == "auto" else options.dialect
    if options.silence_after:
        values |= {"silence_after_min": _bound(options.silence_after), **ENDED}
    if options.password:
        values["password_hash"] = hash_password(_password(options.password))
    if options.stage:
        values["stages"] = [_split(text, 3) for text in options.stage]
    values |= {
        field: _rows(given, parts)
        for field, given, parts in (("payments", options.payment, 3), ("deliveries", options.delivery, 2))
        if given
    }
    if options.owner:
        values["ownership"] = dict(_split(text, 2) for text in options.owner)
    unknown = unknown_rows(values.get("ownership", {}))
    if unknown:
        raise CommandError(f"нет такого поля или владельца: {', '.join(unknown)}; поля: {', '.join(STANDARD)}")
    return values


def _bound(text: str) -> int | None:
    """Minutes after which a base is silent, as they are kept."""
    from uzel.flows.calls.watch_silence import LEAST_BOUND, MOST_BOUND, NEVER

    if text in WORDS_OF_SILENCE:
        return {"auto": None, "off": NEVER}[text]
    least, most = (int(bound.total_seconds()) // 60 for bound in (LEAST_BOUND, MOST_BOUND))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise CommandError(f"«{text}»: нужно auto, off или целое число минут от {least} до {most}")
    return int(text)


def _password(given: str) -> str:
    """What stands on a command line stays in the shell's history; ``-`` asks for it instead."""
    return getpass.getpass("Пароль базы: ") if given == "-" else given


def _rows(given: list[str], parts: int) -> list[list[str]]:
    """Rows of a list that the base is told; the word alone stands for the standard ones."""
    from uzel.mapping.node_lists import wrong_rows

    rows = [] if given == [STANDARD_LIST] else [[part.strip() for part in _split(text, parts)] for text in given]
    if wrong := wrong_rows(rows):
        raise CommandError("; ".join(wrong))
    return rows


def _split(text: str, parts: int) -> list[str]:
    found = text.split("=", parts - 1)
    if len(found) != parts:
        raise CommandError(f"«{text}»: нужно {parts} части через знак «=»")
    return found


def _add(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Node, Portal

    if Node.objects.filter(code=options.code).exists():
        raise CommandError(f"узел «{options.code}» уже есть; изменить его: uzel node set {options.code}")
    if Node.objects.filter(login=options.login).exists():
        raise CommandError(f"логин «{options.login}» занят другим узлом: у каждой базы свой логин")
    values = _values(options)
    _check_dialect(values.get("dialect", ""), values.get("profile", Node.Profile.UNF))
    if options.profile == Node.Profile.BITRIX:
        values.setdefault("encoding", "windows-1251")  # its module takes no other (onec-exchange 7)
    Node.objects.create(code=options.code, portal=Portal.objects.first(), **values)
    print(f"Узел «{options.code}» добавлен. Адрес для 1С: /1c/{options.code}/")


def _check_dialect(dialect: str, profile: str) -> None:
    """A pinned client and the profile say the same, or numbers and statuses would go wrong."""
    client = BY_NAME.get(dialect)
    if client and client.profile != profile:
        raise CommandError(f"диалект {dialect} бывает у профиля {client.profile}, а у узла профиль {profile}")


def _set(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.calls.open_session import end_sessions
    from uzel.hub.models import Node

    values = _values(options)
    node = the_node(options.code)
    _check_dialect(values.get("dialect", node.dialect), values.get("profile", node.profile))
    if values:
        Node.objects.filter(pk=node.pk).update(**values)
    if "password_hash" in values:
        end_sessions(node)
    print(f"Узел «{options.code}»: изменено {len(values.keys() - ENDED)}")


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Node

    columns = (
        "code", "title", "login", "profile", "receives_changes", "catalog_source", "receives_catalog", "bulk_load", "active",
        "last_call_at", "silent_since",
    )  # fmt: skip
    nodes = list(Node.objects.order_by("code").values(*columns))
    show(nodes if options.json else map(_in_short, nodes), LIST, as_json=options.json)


def _in_short(node: dict[str, Any]) -> dict[str, Any]:
    rights = [word for name, word in RIGHTS.items() if node[name]]
    return {**node, "rights": ", ".join(rights if node["active"] else ["ВЫКЛЮЧЕНА"])}
