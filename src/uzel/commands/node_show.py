"""``uzel node show``: one base, and which client it turned out to be."""

import argparse
import datetime as dt
from typing import Any

from uzel.commands.output import setup, show_json, the_node
from uzel.console import print_table
from uzel.exchange.clients import BY_NAME

MOMENT = "%d.%m.%Y %H:%M"
RIGHTS = {
    "receives_changes": "получает изменения", "catalog_source": "источник каталога", "receives_catalog": "получает каталог",
    "bulk_load": "загрузка без роботов",
}  # fmt: skip


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to its group."""
    showing = verbs.add_parser("show", help="одна база, её программа и на что смотреть")
    showing.add_argument("code")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(run=_show)


def _show(options: argparse.Namespace) -> None:
    setup()
    facts = _facts(options.code)
    if options.json:
        show_json(facts)
        return
    lines = [
        ("база", f"{facts['title']} ({facts['code']})"), ("логин", facts["login"]), ("профиль", facts["profile"]),
        ("обращения", "принимаются" if facts["active"] else "ВЫКЛЮЧЕНА"),
        ("права", ", ".join(word for name, word in RIGHTS.items() if facts[name]) or "только отдаёт заказы"),
        ("последнее обращение", _moment(facts["last_call_at"])), ("молчит с", _moment(facts["silent_since"])),
        ("молчанием считается", _bound(facts["silence_after_min"])), ("кодировка ответов", facts["encoding"]),
        ("заказов в ответе", facts["orders_per_query"]), ("узнана как", _heard(facts["client"])),
        ("закреплена как", _pinned(facts["client"]["pinned"])),
        ("платёжные системы", _listed(facts["payments"])), ("службы доставки", _listed(facts["deliveries"])),
        *(("обратите внимание", remark) for remark in facts["client"]["remarks"]),
    ]  # fmt: skip
    rows = [{"name": name, "value": value} for name, value in lines]
    print_table(rows, {"name": "что", "value": "значение"})


def _facts(code: str) -> dict[str, Any]:
    from dataclasses import asdict

    from uzel.hub.node_client import node_client
    from uzel.mapping.node_lists import STANDARD_DELIVERIES, STANDARD_PAYMENTS

    node = the_node(code)
    columns = ("code", "title", "login", "profile", "active", *RIGHTS, "encoding", "orders_per_query", "silence_after_min")
    moments = {"last_call_at": node.last_call_at, "silent_since": node.silent_since}
    lists = {"payments": node.payments or STANDARD_PAYMENTS, "deliveries": node.deliveries or STANDARD_DELIVERIES}
    return {
        **{name: getattr(node, name) for name in columns},
        **lists,
        **{name: moment.isoformat() if moment else "" for name, moment in moments.items()},
        "client": asdict(node_client(node)),
    }


def _listed(rows: list[list[str]]) -> str:
    return "; ".join(f"{row[0]} {row[1]}" for row in rows)


def _bound(minutes: int | None) -> str:
    if minutes is None:
        return "пауза не по её ритму"
    return f"{minutes} мин без обращений" if minutes else "не следить"


def _heard(client: dict[str, Any]) -> str:
    if not client["name"]:
        return "ещё не узнана"
    return f"{client['title']} ({client['name']}), {_moment(client['at'])}, по {client['source']}"


def _pinned(name: str) -> str:
    return f"{BY_NAME[name].title} ({name})" if name else "нет: как узнана"


def _moment(text: str) -> str:
    from django.utils import timezone

    return timezone.localtime(dt.datetime.fromisoformat(text)).strftime(MOMENT) if text else "нет"
