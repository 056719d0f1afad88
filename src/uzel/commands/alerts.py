"""``uzel alert list|test``: what the administrator was told, and whether it reached him."""

import argparse
from collections.abc import Mapping
from typing import Any

from uzel.commands.output import CommandError, setup, show
from uzel.console import Titles

COLUMNS: Titles = {"made_at": "когда", "way": "как", "receiver": "кому", "subject": "о чём", "state": "состояние"}
LATEST = 50
STATE = ("way", "receiver", "asked_at", "done_at", "problem")


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("alert", help="что сообщают администратору").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    listing = verbs.add_parser("list", help="последние оповещения и дошли ли они")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    test = verbs.add_parser("test", help="сообщить каждым настроенным способом")
    test.set_defaults(run=_test)


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Alert

    columns = ("made_at", "way", "receiver", "subject", "text", "attempts", "asked_at", "done_at", "given_up", "problem")
    alerts = Alert.objects.order_by("-pk").values(*columns)[:LATEST]
    show([alert | {"state": _state(alert)} for alert in alerts], COLUMNS, as_json=options.json)


def _state(alert: Mapping[str, Any]) -> str:
    if alert["done_at"]:
        return "доставлено"
    return alert["problem"] or ("ответа нет" if alert["asked_at"] else "ждёт отправки")


def _test(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.flows.tell_people import announce, send_letters
    from uzel.hub.models import Alert

    made = announce("Узел обмена: проверка оповещений", "Если вы это читаете, оповещения доходят.", timezone.now())
    if not made:
        raise CommandError("оповещать некуда: задайте UZEL_MAIL_TO или подключите портал")
    send_letters(timezone.now())
    for alert in Alert.objects.filter(pk__in=[alert.pk for alert in made]).values(*STATE):
        print(f"{Alert.Way(alert['way']).label} ({alert['receiver']}): {_state(alert)}")
    print("Уведомления портала отправляет uzel worker; что с ними стало: uzel alert list")
