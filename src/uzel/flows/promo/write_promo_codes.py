"""Promo codes that the portal does not have become items of its smart process; what a base has changed goes into its item.

due rows ─ an item with our key, or with the code, is met and not made again ─ add ─ the row has its item
         ─ only the fields that the base changed ─ update
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db.models import Q, QuerySet

from uzel.bitrix24.batch import Chain, Command, Done, Failed, Outcome, Unknown, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import VALUE_OF, item_key, item_values
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.values import as_int, as_text
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.portal.portal_job import (
    BAD_ANSWER_TEXT,
    PASSING_DELAY_S,
    count_doubt,
    count_refusal,
    is_doubtful,
    was_not_tried,
)
from uzel.flows.portal.portal_line import keep_limits
from uzel.flows.portal.portal_reading import chunks, read_all
from uzel.hub.bulk import update_rows
from uzel.hub.models import Portal, PromoCodeRow
from uzel.hub.promo_book import promo_of
from uzel.hub.queries import known_process
from uzel.model.promo import key_of

Now = Callable[[], dt.datetime]
CODES_A_COMMAND = 25  # leaves room in a page for codes that several items have
SETTLED = ("entity_id", "attempts", "retry_at", "problem_code", "problem")
NOT_SHOWN = Failed("NOT_SHOWN", "портал не показал свои промокоды")


def promo_codes_waiting(portal: Portal) -> QuerySet[PromoCodeRow]:
    """Codes that the portal has not, or not as their base says; without a smart process they are the hub's own."""
    if known_process(portal, PROMO_CODES) is None:
        return PromoCodeRow.objects.none()
    waits = Q(entity_id=None) | ~Q(unwritten=[])
    return PromoCodeRow.objects.filter(waits, portal=portal, deleted=False, problem_code="")


def take_promo_codes(due: QuerySet[PromoCodeRow], limit: int) -> list[PromoCodeRow]:
    """Those that have waited longest."""
    return list(due.order_by("due_since", "pk")[:limit])


def write_promo_codes(portal: Portal, client: PortalClient, rows: Sequence[PromoCodeRow], now: Now) -> None:
    """Meet or make the item of each code, or change the one that it has."""
    process = known_process(portal, PROMO_CODES)
    assert process is not None, "without it nothing waits"
    kept = [row for row in rows if row.entity_id]
    unseen = _meet(portal, client, process, [row for row in rows if not row.entity_id])
    for row in unseen:
        _refused(portal, row, NOT_SHOWN, now())
    update_rows(unseen, SETTLED)
    new = {f"c{row.pk}": row for row in rows if row.entity_id is None and row not in unseen}
    moved = {f"c{row.pk}": row for row in kept}
    chains = [Chain((_add(key, process, row),)) for key, row in new.items()]
    chains += [Chain((_update(key, process, row),)) for key, row in moved.items()]
    sent_rows = new | moved

    def before(batch: tuple[Chain, ...]) -> None:
        """A write that gets no answer is tried again when the portal has surely ended it; a create is looked for first."""
        sent = [sent_rows[chain.commands[0].key] for chain in batch]
        for row in sent:
            row.retry_at = now() + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
        update_rows(sent, SETTLED)
        keep_limits(portal, client)

    for _, outcomes in client.batches(pack(chains, cost=client.cost, spread=client.spread), before=before):
        for key, outcome in outcomes.items():
            _settle(portal, sent_rows[key], outcome, now())
        update_rows([sent_rows[key] for key in outcomes], SETTLED)


def _add(key: str, process: KnownProcess, row: PromoCodeRow) -> Command:
    promo = promo_of(row)
    return smart_process.add_item(key, process, item_key(promo), promo.title or promo.code, item_values(promo))


def _update(key: str, process: KnownProcess, row: PromoCodeRow) -> Command:
    """What people have changed of the other fields stays."""
    promo = promo_of(row)
    values, wanted = item_values(promo), {VALUE_OF[name] for name in row.unwritten if name in VALUE_OF}
    title = promo.title if "title" in row.unwritten else None
    shown = {suffix: value for suffix, value in values.items() if suffix in wanted}
    return smart_process.update_item(key, process, row.entity_id or 0, title, shown)


def _meet(portal: Portal, client: PortalClient, process: KnownProcess, rows: Sequence[PromoCodeRow]) -> list[PromoCodeRow]:
    """Items of these codes, ours or made by people meanwhile: theirs counts. Returns rows of which the portal said nothing."""
    unseen: list[PromoCodeRow] = []
    for part in chunks(rows, CODES_A_COMMAND):
        promos = {row.pk: promo_of(row) for row in part}
        keys, codes = [item_key(promo) for promo in promos.values()], [promo.code for promo in promos.values()]
        code_field = process.code("UZEL_CODE")
        found = read_all(
            client,
            [
                smart_process.find_items("keys", process, "xmlId", keys),
                smart_process.find_items("codes", process, code_field, codes),
            ],
        )
        if len(found) < 2:
            unseen += part
            continue
        by_key = {as_text(item.get("xmlId")): as_int(item["id"]) for item in reversed(found["keys"]["items"])}
        by_code = {key_of(as_text(item.get(code_field))): as_int(item["id"]) for item in reversed(found["codes"]["items"])}
        ours = [row for row in part if _found(row, by_key.get(item_key(promos[row.pk])))]
        theirs = [row for row in part if row not in ours and _found(row, by_code.get(row.key))]
        if met := ours + theirs:  # what the portal says of them is read at the next look
            update_rows(met, SETTLED)
            PromoCodeRow.objects.filter(pk__in=[row.pk for row in met]).update(doubted=True)
            PromoCodeRow.objects.filter(pk__in=[row.pk for row in theirs]).update(brought_by=None, unwritten=[])
    return unseen


def _found(row: PromoCodeRow, item_id: int | None) -> bool:
    row.entity_id = item_id
    if item_id:
        row.attempts, row.retry_at, row.problem = 0, None, ""
    return item_id is not None


def _settle(portal: Portal, row: PromoCodeRow, outcome: Outcome, now: dt.datetime) -> None:
    if isinstance(outcome, Done):
        try:
            _found(row, row.entity_id or smart_process.read_item_id(outcome.result))
        except (LookupError, TypeError, ValueError):
            count_doubt(row, Unknown(BAD_ANSWER_TEXT), now, portal.speed)
        else:
            _is_shown(row)
    elif row.entity_id and isinstance(outcome, Failed) and outcome.code.upper() == "NOT_FOUND":
        _found(row, row.entity_id)  # deleted by people: the next look at the cards withdraws the code
        _is_shown(row)
        PromoCodeRow.objects.filter(pk=row.pk).update(doubted=True)
    elif not is_doubtful(outcome):
        _refused(portal, row, outcome, now)
    elif not was_not_tried(outcome):  # the time of the create stands
        count_doubt(row, outcome, now, portal.speed)


def _refused(portal: Portal, row: PromoCodeRow, bad: Outcome, now: dt.datetime) -> None:
    """A refusal counts as an attempt and its text is kept; one by the limits is tried again soon."""
    if was_not_tried(bad):
        row.retry_at = now + dt.timedelta(seconds=PASSING_DELAY_S / portal.speed)
    elif isinstance(bad, Failed):
        count_refusal(row, bad.code, f"Портал не принял промокод: {bad.text or bad.code}", now, portal.speed)


def _is_shown(row: PromoCodeRow) -> None:
    """The item shows the row, unless the base has changed it meanwhile."""
    PromoCodeRow.objects.filter(pk=row.pk, content=row.content).update(unwritten=[])
