"""``uzel portal limits|budget``: what the portal gives, what is taken of it, what waits."""

import argparse
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from uzel.commands.output import CommandError, setup, show_json, the_portal
from uzel.console import Titles, print_table

PLANS: Titles = {"standard": "обычный (2 запроса в секунду, 50 сразу)", "enterprise": "Энтерпрайз (5 в секунду, 250 сразу)"}
WHY: Titles = {
    "hand": "задано командой uzel portal limits",
    "licence": "так сказал сам портал",
    "probe": "проверено командой uzel portal limits --probe",
    "refusal": "портал отклонил запрос раньше, чем положено большому тарифу",
    "default": "меньший из возможных: своего тарифа портал не назвал",
}
BUCKET: Titles = {
    "level": "в ведре сейчас", "usable": "держимся до", "burst": "порог портала", "rate": "убывает в секунду",
    "reserve": "оставлено другим", "rejected": "отказов по частоте",
}  # fmt: skip
METHODS: Titles = {
    "method": "метод", "spent_s": "занято, с", "limit_s": "предел, с", "cost_s": "одна команда, с", "slowest_s": "худшая, с",
    "learned": "измерено", "reset_at": "освобождается с", "blocked_until": "закрыт до", "rejected": "отказов",
}  # fmt: skip
WORK: Titles = {
    "title": "что ждёт записи", "due": "сейчас", "postponed": "отложено", "age": "старшее ждёт", "left": "закончится через",
}  # fmt: skip
MOST_RESERVE_PERCENT = 90


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs to the group of the portal."""
    limits = verbs.add_parser("limits", help="что известно об ограничениях портала; без параметров: как считается")
    limits.add_argument("--plan", choices=("auto", "standard", "enterprise"), help="ограничения какого тарифа у портала")
    limits.add_argument("--probe", action="store_true", help="узнать тариф, запросив больше, чем даёт меньший")
    limits.add_argument(
        "--reserve-requests", type=float, metavar="N", help="сколько запросов из разрешённых сразу оставить другим приложениям"
    )
    limits.add_argument("--reserve-operating", type=float, metavar="PERCENT", help="сколько времени каждого метода оставить им")
    limits.set_defaults(run=_limits)
    budget = verbs.add_parser("budget", help="сколько занято из ограничений портала, что ждёт и как долго")
    budget.add_argument("--json", action="store_true")
    budget.set_defaults(run=_budget)


def _limits(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.bitrix24.errors import PortalError
    from uzel.flows.portal.portal_limits import probe_plan, set_limits

    _check(options)
    portal, given = the_portal(), (options.plan, options.reserve_requests, options.reserve_operating)
    if any(value is not None for value in given):
        share = None if options.reserve_operating is None else options.reserve_operating / 100
        set_limits(
            portal, timezone.now(), plan=options.plan or "", reserve_requests=options.reserve_requests, reserve_operating=share
        )
    if options.probe:
        try:
            print(_probed(probe_plan(portal)))
        except PortalError as error:
            raise CommandError(str(error)) from error
        portal.refresh_from_db()
    _print_beliefs(_found(portal))


def _check(options: argparse.Namespace) -> None:
    if options.reserve_requests is not None and not 0 <= options.reserve_requests <= 1000:
        raise CommandError("--reserve-requests: число запросов от 0 до 1000")
    if options.reserve_operating is not None and not 0 <= options.reserve_operating <= MOST_RESERVE_PERCENT:
        raise CommandError(f"--reserve-operating: процент от 0 до {MOST_RESERVE_PERCENT}")
    if options.probe and options.plan in ("standard", "enterprise"):
        raise CommandError("--probe узнаёт тариф сам: укажите либо его, либо --plan")


def _probed(plan: str) -> str:
    return f"Проверка: тариф {PLANS[plan]}." if plan else "Проверка не удалась: связь с порталом слишком медленная."


def _budget(options: argparse.Namespace) -> None:
    setup()
    found = _found(the_portal())
    if options.json:
        show_json(found)
        return
    _print_beliefs(found)
    print_table([_exact(found["requests"])], BUCKET, title=f"Запросы к порталу {found['portal']}")
    print_table(map(_exact, found["methods"]), METHODS, title="Время методов за последние десять минут")
    if not found["methods"]:
        print("Портал ещё не отвечал: бюджет появится после первой отправки (uzel worker).")
    print_table(map(_readable, found["work"]), WORK, title="Очередь к порталу, по старшинству")
    if found["problem"]:
        print(found["problem"])


def _found(portal: Any) -> dict[str, Any]:
    from django.utils import timezone

    from uzel.flows.portal.portal_budget import budget_of

    return budget_of(portal, timezone.now())


def _print_beliefs(found: Mapping[str, Any]) -> None:
    plan, requests, operating = found["plan"], found["requests"], found["operating"]
    licence = f", лицензия {plan['licence']}" if plan["licence"] else ""
    print(f"Тариф: {PLANS[plan['believed']]}: {WHY[plan['why']]}{licence}.")
    if requests["less_by_refusal"]:
        print("Портал недавно отклонил запрос раньше порога: час держимся ниже.")
    learned = " (узнали по отказу портала)" if operating["learned"] else ""
    reserve = f", другим приложениям оставлено {operating['reserve'] * 100:g} %" if operating["reserve"] else ""
    print(f"Время метода: {operating['limit_s']:g} с за десять минут{learned}{reserve}.")


def _readable(one: Mapping[str, Any]) -> dict[str, Any]:
    age = None if one["since"] is None else (dt.datetime.now(dt.UTC) - one["since"]).total_seconds()
    waits = one["due"] or one["postponed"]
    return {**one, "age": _span(age) if waits else "", "left": _span(one["seconds"]) if waits else ""}


def _span(seconds: float | None) -> str:
    """A stretch of time as people say it."""
    if seconds is None:
        return ""
    for size, word in ((86_400, "дн"), (3600, "ч"), (60, "мин")):
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0").replace(".", ",") + f" {word}"
    return f"{max(0, seconds):.0f} с"


def _exact(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tenths count here: a table would round them."""
    return {name: Decimal(f"{value:g}") if isinstance(value, float) else value for name, value in row.items()}
