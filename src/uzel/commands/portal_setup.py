"""``uzel portal setup``: the plan, its steps, a pipeline for a base, and the way back."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from uzel.commands.output import CommandError, setup, show, the_node, the_portal
from uzel.console import Titles

CHECKS: Titles = {"what": "проверка", "passed": "в порядке", "outcome": "итог", "advice": "что сделать"}
STEPS: Titles = {"title": "что нужно", "action": "что будет сделано", "why": "почему"}
REMOVALS: Titles = {"title": "что создано настройкой", "removed": "убрано", "text": "итог"}
ACTIONS = {"create": "создать", "extend": "добавить в список", "keep": "есть, не трогать", "cannot": "НЕЛЬЗЯ"}


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``setup`` to the group."""
    command = verbs.add_parser("setup", help="создать в портале то, что нужно обмену; можно повторять")
    way = command.add_mutually_exclusive_group()
    way.add_argument("--plan", action="store_true", help="только сказать, что будет сделано")
    way.add_argument("--undo", action="store_true", help="убрать то, что создала настройка, и ничего больше")
    way.add_argument("--pipeline", metavar="NODE", help="создать базе воронку со всеми стадиями")
    command.add_argument("--yes", action="store_true", help="вместе с --undo: убрать и то, в чём есть данные")
    command.add_argument("--lists-only", action="store_true", help="обойтись без смарт-процессов, хотя они в портале есть")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_setup)


def _setup(options: argparse.Namespace) -> None:
    setup()
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.setup.build_portal import WaitError

    if options.yes and not options.undo:
        raise CommandError("--yes нужен только вместе с --undo")
    ways: list[tuple[Any, Callable[[argparse.Namespace], None]]] = [
        (options.plan, _plan), (options.undo, _undo), (options.pipeline, _pipeline), (True, _build)
    ]  # fmt: skip
    try:
        next(way for chosen, way in ways if chosen)(options)
    except PortalError as error:
        raise CommandError(f"{error}. Повторите команду: сделанное уже на учёте") from error
    except WaitError as wait:
        raise CommandError(str(wait)) from wait


def _plan(options: argparse.Namespace) -> None:
    from uzel.flows.setup.set_up_portal import plan_setup

    steps = plan_setup(the_portal(), lists_only=options.lists_only)
    rows = ({**asdict(step), "action": step.action if options.json else ACTIONS[step.action]} for step in steps)
    show(rows, STEPS, as_json=options.json)


def _build(options: argparse.Namespace) -> None:
    from uzel.flows.setup.hand_work import HAND_WORK
    from uzel.flows.setup.set_up_portal import set_up

    checks = set_up(the_portal(), lists_only=options.lists_only)
    show((asdict(check) for check in checks), CHECKS, as_json=options.json)
    if any(not check.passed for check in checks):
        raise CommandError("настройка портала не закончена, см. таблицу")
    if not options.json:
        print("\nОсталось сделать в портале руками:")
        for place, (what, how) in enumerate(HAND_WORK, 1):
            print(f"{place}. {what}. {how}")


def _pipeline(options: argparse.Namespace) -> None:
    from uzel.flows.setup.pipelines import pipeline_for

    node = the_node(options.pipeline)
    category_id = pipeline_for(the_portal(), node)
    print(f"Воронка узла «{node.code}»: {category_id}. Новые сделки пойдут в неё, прежние останутся на месте.")


def _undo(options: argparse.Namespace) -> None:
    from uzel.flows.setup.undo_setup import undo_setup

    removals = undo_setup(the_portal(), with_data=options.yes)
    show((asdict(one) for one in removals), REMOVALS, as_json=options.json)
    if not options.json:
        print("Убрано только то, что создала настройка. Права, роли и исходящий вебхук уберите в портале сами.")
    if any(not one.removed for one in removals):
        raise CommandError("убрано не всё, см. таблицу")
