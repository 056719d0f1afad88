"""``uzel orders list|show|held|retry``: orders, their deals, and how both sides stand."""

import argparse
from typing import Any

from uzel.commands import orders_held
from uzel.commands.order_words import in_words
from uzel.commands.output import CommandError, setup, show, show_json
from uzel.console import VERDICTS, Titles, print_table

LIST: Titles = {
    "node": "база", "number": "номер", "deal": "сделка", "sum": "сумма", "status": "статус", "counterparty": "покупатель",
    "marks": "отметки",
}  # fmt: skip
MARKS = {"posted": "проведён", "paid": "оплачен", "shipped": "отгружен"}
STATES: Titles = {"field": "поле", "in_node": "в базе", "in_portal": "в портале", "merged": "должно быть"}
DELIVERIES: Titles = {
    "target": "куда", "wanted": "нужна версия", "confirmed": "есть версия", "attempts": "попыток", "retry_at": "повтор",
    "problem": "ошибка", "locked_reason": "почему не отдан",
}  # fmt: skip
HISTORY: Titles = {"at": "когда", "package": "файл", "word": "вердикт", "reason": "почему"}
CONFLICTS: Titles = {"at": "когда", "name": "поле", "in_node": "в базе", "in_portal": "в портале", "winner": "взято"}
SIDES = {"portal": "портал", "node": "база"}
CLIENTS = {"contact": "контакт", "company": "компания"}


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("orders", help="заказы и их сделки").add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="заказы, недавно изменённые сверху")
    listing.add_argument("--node", default="", metavar="CODE")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    again = verbs.add_parser("retry", help="попробовать ещё раз то, что портал не принял")
    again.add_argument("--node", default="", metavar="CODE")
    again.set_defaults(run=_retry)
    orders_held.register(verbs)
    one = verbs.add_parser("show", help="один заказ: обе стороны, доставки, решения, конфликты")
    one.add_argument("node")
    one.add_argument("number", help="номер или Ид")
    one.add_argument("--json", action="store_true", help="всё целиком, с полными состояниями")
    one.set_defaults(run=_show)


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import OrderRow

    rows = OrderRow.objects.order_by("-updated_at").select_related("node")
    if options.node:
        rows = rows.filter(node__code=options.node)
    found = [_summary(row) for row in rows[: options.limit]]
    show(found if options.json else map(_in_short, found), LIST, as_json=options.json)


def _in_short(order: dict[str, Any]) -> dict[str, Any]:
    marks = ", ".join(word for name, word in MARKS.items() if order[name])
    status = in_words("status", order["status"])
    return {**order, "sum": f"{order['total']} {order['currency']}", "marks": marks, "status": status}


def _summary(row: Any) -> dict[str, Any]:
    merged = row.merged
    return {
        "node": row.node.code,
        "number": row.number,
        "deal": row.deal_id,
        "total": merged["total"],
        "currency": merged["currency"],
        "status": merged["status"],
        "counterparty": merged["counterparty"]["name"],
        "posted": merged["posted"],
        "paid": merged["paid"],
        "shipped": merged["shipped"],
        "document_id": row.document_id,
    }


def _retry(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Delivery
    from uzel.hub.queries import give_chance

    given_up = Delivery.objects.exclude(problem_code="")
    if options.node:
        given_up = given_up.filter(order__node__code=options.node)
    ids = list(given_up.values_list("pk", flat=True))
    give_chance(Delivery.objects.filter(pk__in=ids))
    print(f"Ещё одна попытка дана доставкам: {len(ids)}. Их сделает фоновый обработчик (uzel worker).")


def _show(options: argparse.Namespace) -> None:
    setup()
    from django.db.models import Q

    from uzel.hub.models import OrderRow

    found = OrderRow.objects.filter(Q(number=options.number) | Q(document_id=options.number), node__code=options.node)
    row = found.order_by("-id").first()
    if row is None:
        raise CommandError(f"в узле «{options.node}» нет заказа «{options.number}»")
    if options.json:
        show_json(_everything(row))
    else:
        _print(row)


def _everything(row: Any) -> dict[str, Any]:
    verdicts = row.documentverdict_set.order_by("id").values("verdict", "reason_code", "reason", "at", "package_id")
    return {
        **_summary(row),
        **{name: getattr(row, name) for name in ("merged", "in_node", "in_portal", "agreed")},
        "version": row.version,
        "hold": row.hold,
        "client": None
        if row.client is None
        else {name: getattr(row.client, name) for name in ("key", "kind", "entity_id", "decision")},
        "deliveries": list(row.delivery_set.values()),
        "verdicts": list(verdicts),
        "conflicts": list(row.conflict_set.order_by("id").values()),
    }


def _print(row: Any) -> None:
    print(f"Заказ {row.number} базы «{row.node.title}», сделка {row.deal_id or 'ещё не создана'}")
    if row.hold:
        print(f"Удержан: {row.hold}")
    if row.client is not None:
        card = f"{CLIENTS[row.client.kind]} {row.client.entity_id or 'ещё не создан'}"
        print(f"Покупатель в портале: {card} — {row.client.decision}")
    print_table(_state_rows(row), STATES)
    deliveries = ({**one, "target": SIDES[one["target"]]} for one in row.delivery_set.order_by("target").values())
    print_table(deliveries, DELIVERIES, title="Доставка")
    verdicts = row.documentverdict_set.order_by("id").values("verdict", "reason", "at", "package__file_name")
    told = ({**one, "word": VERDICTS[one["verdict"]], "package": one["package__file_name"]} for one in verdicts)
    print_table(told, HISTORY, title="Получено из базы")
    if row.conflict_set.exists():
        print_table((_conflict(one) for one in row.conflict_set.order_by("id")), CONFLICTS, title="Конфликты")


def _state_rows(row: Any) -> list[dict[str, str]]:
    """Fields that say something on any side; what differs between the sides is marked."""
    from uzel.hub.queries import states_of
    from uzel.model.codec import to_json
    from uzel.sync.fields import PATHS_WHOLE_BUYER, extra_paths, title, value

    states = states_of(row)
    sides = {"in_node": states.in_node, "in_portal": states.in_portal, "merged": states.merged}
    rows = []
    for path in (*PATHS_WHOLE_BUYER, *extra_paths(*sides.values())):
        cells = {name: "" if order is None else in_words(path, to_json(value(order, path))) for name, order in sides.items()}
        if any(cells.values()):
            mark = "≠ " if len({cells["in_node"], cells["in_portal"]}) > 1 else ""
            own = path.partition(".")[2]  # a field of the deal that the table of requisites adds, by its code
            rows.append({"field": f"{mark}{title(path)} {own}".rstrip(), **cells})
    return rows


def _conflict(one: Any) -> dict[str, Any]:
    from uzel.sync.fields import title

    sides = {name: in_words(one.field, getattr(one, name)) for name in ("in_node", "in_portal")}
    return {"at": one.at, "name": title(one.field), "winner": SIDES[one.winner], **sides}
