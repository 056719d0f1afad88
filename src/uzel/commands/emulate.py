"""``uzel emulate portal|base``: both sides without a portal and without a 1C."""

import argparse
from pathlib import Path

from uzel.commands.output import CommandError


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    kinds = groups.add_parser("emulate", help="эмулированный портал или база").add_subparsers(dest="kind", required=True)
    portal = kinds.add_parser("portal", help="портал Битрикс24 со своей страницей")
    portal.add_argument("--port", type=int, default=8024)
    portal.add_argument("--host", default="127.0.0.1")
    portal.add_argument("--speed", type=float, default=1.0, help="во столько раз быстрее идёт время портала")
    portal.add_argument("--no-limits", action="store_true", help="отвечать сразу, без ограничений и задержек")
    portal.add_argument("--state", type=Path, default=None, help="файл, с которого продолжить и в который сохранить портал")
    portal.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="настройка портала")
    portal.set_defaults(run=_portal)
    base = kinds.add_parser("base", help="небольшой магазин с 1С, который обращается по настоящему адресу")
    base.add_argument("--profile", default="unf", help="какая программа или её выпуск")
    base.add_argument("--url", required=True, help="адрес страницы обмена")
    base.add_argument("--login", required=True)
    base.add_argument("--password", required=True)
    base.add_argument("--orders-per-minute", type=float, default=6.0)
    base.add_argument("--duration", type=float, default=None, help="секунд; без него до Ctrl+C")
    base.add_argument("--state-file", type=Path, default=None, help="JSON; читается в начале, пишется после каждого обмена")
    base.add_argument("--exchange-every", type=float, default=15.0, metavar="SECONDS")
    base.add_argument("--catalogue", action="store_true", help="сначала передать каталог; узел должен быть его источником")
    base.add_argument("--title", default="", help="имя базы в её журнале; вместе с --seed определяет заказы")
    base.add_argument("--seed", type=int, default=0)
    base.add_argument("--fault", action="append", default=[], metavar="WHAT[:STEP]", help="один раз ошибиться; можно повторять")
    base.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="настройка профиля")
    base.set_defaults(run=_base)


def _portal(options: argparse.Namespace) -> None:
    from uzel.emulators.bitrix24_portal import parse_options, run

    try:
        run(
            options.port, host=options.host, speed=options.speed, limits=not options.no_limits, state_file=options.state,
            options=parse_options(options.set),
        )  # fmt: skip
    except ValueError as error:  # an unknown switch, a state file that is none
        raise CommandError(str(error)) from error


def _base(options: argparse.Namespace) -> None:
    from uzel.emulators.onec_base import Conditions, parse_options, run

    pairs = (fault.partition(":") for fault in options.fault)
    conditions = Conditions(
        options.exchange_every, tuple((what, step) for what, _, step in pairs), gives_catalogue=options.catalogue
    )
    try:
        run(
            options.profile,
            options.url,
            options.login,
            options.password,
            orders_per_minute=options.orders_per_minute,
            duration=options.duration,
            state_file=options.state_file,
            conditions=conditions,
            title=options.title,
            seed=options.seed,
            **parse_options(options.set),
        )
    except ValueError as error:  # an unknown setting or fault, a state of another base
        raise CommandError(str(error)) from error
