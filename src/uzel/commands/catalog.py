"""``uzel catalog status|retry``: the catalogue of the source bases on its way into the portal."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from uzel.commands.output import CommandError, setup, show, show_json, the_node, the_portal
from uzel.console import Titles

if TYPE_CHECKING:
    from uzel.flows.catalog.catalog_status import CatalogStatus, SourceStatus

SOURCES: Titles = {
    "node": "база", "file": "последний файл", "sections": "групп", "items": "товаров", "variants": "характеристик",
    "prices": "с ценами", "pictures": "картинок", "active": "действуют", "marked": "помечены", "in_portal": "в портале",
    "waits": "ждут", "pictures_wait": "ждут картинки", "given_up": "не приняты",
}  # fmt: skip
REASONS: Titles = {"reason": "почему не записано", "rows": "строк"}
GIVEN_UP: Titles = {"what": "что", "xml_id": "Ид", "name": "название", "reason": "почему"}
LONELY: Titles = {"xml_id": "Ид предложения", "name": "название"}
KINDS = {"section": "группа", "price_type": "вид цен", "item": "товар", "variant": "характеристика", "pictures": "картинки"}
STOCKS = {
    None: "Остатки: портал ещё не сказал, ведёт ли он складской учёт; пока не записываются.",
    True: "Остатки не записываются: в портале включён складской учёт, количество меняют только его документы.",
    False: "Остатки записываются в количество товаров портала: складской учёт портала выключен.",
}


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("catalog", help="каталог в портале").add_subparsers(dest="verb", required=True, metavar="VERB")
    status = verbs.add_parser("status", help="что передали источники, что ждёт, от чего отказались и почему")
    status.add_argument("--node", default="", metavar="CODE", help="одной базы")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_status)
    again = verbs.add_parser("retry", help="попробовать ещё раз то, от чего отказались")
    again.add_argument("--node", default="", metavar="CODE", help="одной базы")
    again.set_defaults(run=_retry)


def _status(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.flows.catalog.catalog_status import catalog_status

    node = the_node(options.node).code if options.node else ""
    told = catalog_status(the_portal(), timezone.now(), node)
    if options.json:
        show_json(asdict(told))
        return
    if not told.sources:
        raise CommandError("источников каталога нет: uzel node set CODE --catalog-source")
    _print(told)


def _print(told: "CatalogStatus") -> None:
    show([_counts(one) for one in told.sources], SOURCES, as_json=False, title="Каталог")
    print(STOCKS[told.inventory])
    if any(one.waits or one.pictures_wait for one in told.sources):
        print(f"Запись того, что ждёт, займёт не меньше: {told.seconds} с.")
    for one in told.sources:
        if not one.source:
            print(f"{one.node}: больше не источник каталога, её товары в портале не меняются.")
        if one.reasons:
            rows = [{"reason": reason, "rows": count} for reason, count in one.reasons.items()]
            show(rows, REASONS, as_json=False, title=f"{one.node}: почему не записано")
        if one.rows:
            named = [asdict(row) | {"what": KINDS[row.kind]} for row in one.rows]
            show(named, GIVEN_UP, as_json=False, title=f"{one.node}: больше не пробуем; снова: uzel catalog retry")
        if one.lonely:
            _print_lonely(one)


def _print_lonely(one: "SourceStatus") -> None:
    first = "" if one.lonely == len(one.lonely_rows) else f" Первые {len(one.lonely_rows)}:"
    print(f"{one.node}: предложений без товара: {one.lonely}. Они приняты и ждут товаров, которых база не прислала.{first}")
    show(map(asdict, one.lonely_rows), LONELY, as_json=False)


def _counts(one: "SourceStatus") -> Mapping[str, Any]:
    last = one.last_file
    return asdict(one) | {"file": f"{last.file} {last.finished_at:%d.%m.%Y %H:%M}" if last and last.finished_at else ""}


def _retry(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.catalog.catalog_status import retry

    node = the_node(options.node) if options.node else None
    print(f"Снова будут записаны при следующем обмене: {retry(the_portal(), node)}.")
