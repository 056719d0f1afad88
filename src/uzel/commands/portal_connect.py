"""``uzel portal connect|status``: both ways into a portal, and how the one that is used is doing."""

import argparse
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from uzel.commands.output import CommandError, setup, show_json, the_portal
from uzel.commands.portal_guide import guide
from uzel.console import Titles, print_table

if TYPE_CHECKING:
    from uzel.flows.portal.install_application import Asked
    from uzel.flows.portal.portal_status import Status
    from uzel.hub.models import PortalApplication

POLL_S = 1.0
STDIN = "-"
OF_A_WAY = ("event_token", "domain", "hub", "client_id", "client_secret", "oauth_server", "wait")
STATUS: Titles = {"what": "что", "how": "как есть"}
STEPS = """\
Войдите в портал {address} сотрудником «Обмен с 1С» (администратором) и откройте
«Приложения» → «Разработчикам» → «Другое» → «Локальное приложение».
  1. Отметьте «Использует только API».
  2. Путь вашего обработчика:
       {handler}
  3. Путь для первоначальной установки (это пароль, он действует один раз):
       {install}
  4. Права: {scopes}.
  5. Нажмите «Сохранить». Портал сразу обратится к Узлу: uzel serve должен отвечать по адресу {hub}.
     Если приложение уже создано, впишите пути в него и нажмите «Переустановить»."""
KEYS_STEP = """\
  6. Скопируйте из формы код (client_id) и ключ (client_secret) приложения и передайте их:
       uzel portal connect --application --client-id КОД --client-secret -
     Без них доступ кончится через час."""

#: what becomes of stocks of the bases
STOCKS = {None: "", True: "включён: остатки из 1С не записываются", False: "выключен: остатки из 1С записываются"}


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``connect`` and ``status`` to the group."""
    connect = verbs.add_parser("connect", help="вебхуком или приложением; без параметров: шаги обоих способов")
    connect.add_argument("url", nargs="?", default="", help="https://…/rest/НОМЕР/СЕКРЕТ/, адрес входящего вебхука")
    connect.add_argument("--event-token", default="", help="application_token исходящего вебхука портала")
    connect.add_argument("--speed", type=float, default=1.0, help="скорость времени эмулированного портала; для настоящего 1")
    connect.add_argument("--application", action="store_true", help="подключить локальным приложением")
    connect.add_argument("--domain", default="", help="адрес портала: принимается установка только с него")
    connect.add_argument("--hub", metavar="ADDRESS", default="", help="https-адрес, по которому портал достигает uzel serve")
    connect.add_argument("--client-id", default="", help="код приложения из его формы")
    connect.add_argument("--client-secret", default="", help="его ключ; «-» читает со стандартного ввода")
    connect.add_argument("--oauth-server", metavar="ADDRESS", default="", help="сервер авторизации, если не обычный")
    connect.add_argument("--wait", metavar="SECONDS", type=float, default=0.0, help="сколько ждать установки")
    connect.set_defaults(run=_connect)
    status = verbs.add_parser("status", help="как подключён портал и как идёт обмен")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_status)


def _connect(options: argparse.Namespace) -> None:
    if not any(vars(options)[name] for name in ("url", "application", *OF_A_WAY)):
        print(guide())
        return
    if bool(options.url) == options.application:
        raise CommandError("нужен либо адрес входящего вебхука, либо --application; шаги обоих способов: uzel portal connect")
    setup()
    if options.application:
        _connect_application(options)
    else:
        _connect_webhook(options)


def _connect_webhook(options: argparse.Namespace) -> None:
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.portal.connect_portal import BadAddressError, connect

    try:
        portal, user = connect(options.url, event_token=options.event_token, speed=options.speed)
    except (BadAddressError, PortalError) as error:
        raise CommandError(str(error)) from error
    print(f"Портал подключён, обмен идёт от имени: {user.full_name} (id {user.user_id}).")
    print(f"Адрес для исходящего вебхука портала: /portal/{portal.code}/events")
    print("Создайте исходящий вебхук на события сделок, контактов и компаний и передайте его токен:")
    print("  uzel portal connect URL --event-token ТОКЕН (без него изменения находит опрос раз в минуту)")


def _connect_application(options: argparse.Namespace) -> None:
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.portal.install_application import Asked, WrongAddressError, ask_installation, keys_are_lacking

    secret = sys.stdin.readline().strip() if options.client_secret == STDIN else options.client_secret
    asked = Asked(options.domain, options.hub, options.client_id, secret, options.oauth_server, options.speed)
    try:
        if keys_are_lacking(asked):
            _give_keys(asked)
            return
        row = ask_installation(asked)
        _show_steps(row)
        _await_installation(row, options.wait)
    except (WrongAddressError, PortalError) as error:
        raise CommandError(str(error)) from error


def _give_keys(asked: "Asked") -> None:
    from uzel.flows.portal.install_application import give_keys

    give_keys(asked)
    print("Ключи приложения подошли: доступ будет продлеваться сам.")


def _show_steps(row: "PortalApplication") -> None:
    from uzel.bitrix24.scopes import SCOPES
    from uzel.flows.portal.install_application import install_path

    scopes = ", ".join(map(str, SCOPES))
    handler = f"{row.hub_address}/portal/{row.portal.code}/events"
    print(STEPS.format(address=row.address, handler=handler, install=install_path(row), scopes=scopes, hub=row.hub_address))
    if not row.client_id or not row.sealed_client_secret:
        print(KEYS_STEP)


def _await_installation(row: "PortalApplication", seconds: float) -> None:
    """Until the portal has called, refused or not."""
    from uzel.flows.portal.install_application import complete_installation
    from uzel.flows.portal.portal_words import EVENTS

    until = time.monotonic() + seconds
    while True:
        row.refresh_from_db()
        if not row.sealed_install_secret:
            break
        if row.refusal:
            raise CommandError(row.refusal)
        if time.monotonic() >= until:
            print("Установки ещё не было; Узел ждёт её и дальше, см. uzel portal status.")
            return
        time.sleep(POLL_S)
    status = complete_installation(row.portal)
    print(f"Приложение установлено, обмен идёт от имени: {status.user_name} (id {status.user_id}).")
    print(f"Как портал сообщает об изменениях: {EVENTS[status.events]}.")


def _status(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.flows.portal.portal_status import portal_status

    status = portal_status(the_portal(), timezone.now())
    if options.json:
        show_json(asdict(status))
        return
    print_table(({"what": what, "how": how} for what, how in _lines(status)), STATUS, title=f"Портал {status.portal}")
    for text in filter(None, (status.problem, status.promo_problem, *status.warnings)):
        print(text)


def _lines(status: "Status") -> list[tuple[str, object]]:
    from uzel.flows.portal.portal_words import EVENTS, WAYS

    lines: list[tuple[str, object]] = [
        ("подключение", WAYS[status.way]),
        ("адрес", status.address),
        ("от чьего имени", f"{status.user_name} (id {status.user_id})" if status.user_id else ""),
        ("с какого времени", status.connected_at),
        ("события", EVENTS[status.events]),
        ("последнее событие", status.last_event_at),
        ("последний опрос", status.swept_at),
        ("ждёт установки приложения", "да" if status.awaits_installation else ""),
        ("ключ доступа действует до", status.access_ends_at),
        ("ключи обновлены", status.refreshed_at),
        ("складской учёт портала", STOCKS[status.inventory_accounting]),
        ("дней до конца ключа обновления", status.refresh_days_left),
    ]
    return [(what, how) for what, how in lines if how not in ("", None)]
