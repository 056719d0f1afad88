"""Promo codes that the portal does not have become items of its smart process.

due rows ─ an item with our key, or with the code, is met and not made again ─ add ─ the row has its item
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from uzel.bitrix24.batch import Chain, Command, Done, Failed, Outcome, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import item_key, item_values
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.values import as_int, as_text
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.portal.portal_job import LIMITED, PASSING_DELAY_S, count_refusal, is_doubtful
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
    """Codes that the hub has and the portal has not; without a smart process they are the hub's own."""
    if known_process(portal, PROMO_CODES) is None:
        return PromoCodeRow.objects.none()
    return PromoCodeRow.objects.filter(portal=portal, entity_id=None, deleted=False, problem_code="")


def take_promo_codes(due: QuerySet[PromoCodeRow], limit: int) -> list[PromoCodeRow]:
    """Those that have waited longest."""
    return list(due.order_by("due_since", "pk")[:limit])


def write_promo_codes(portal: Portal, client: PortalClient, rows: Sequence[PromoCodeRow], now: Now) -> None:
    """Meet or make the item of each code."""
    process = known_process(portal, PROMO_CODES)
    assert process is not None, "without it nothing waits"
    unseen = _meet(portal, client, process, rows)
    for row in unseen:
        _refused(portal, row, NOT_SHOWN, now())
    update_rows(unseen, SETTLED)
    new = {f"c{row.pk}": row for row in rows if row.entity_id is None and row not in unseen}
    chains = [Chain((_add(key, process, row),)) for key, row in new.items()]

    def before(batch: tuple[Chain, ...]) -> None:
        """A create that gets no answer is looked for when the portal has surely ended it."""
        sent = [new[chain.commands[0].key] for chain in batch]
        for row in sent:
            row.retry_at = now() + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
        update_rows(sent, SETTLED)
        keep_limits(portal, client)

    for _, outcomes in client.batches(pack(chains, cost=client.cost, spread=client.spread), before=before):
        for key, outcome in outcomes.items():
            _settle(portal, new[key], outcome, now())
        update_rows([new[key] for key in outcomes], SETTLED)


def _add(key: str, process: KnownProcess, row: PromoCodeRow) -> Command:
    promo = promo_of(row)
    return smart_process.add_item(key, process, item_key(promo), promo.title or promo.code, item_values(promo))


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
        met = [row for row in part if _found(row, by_key.get(item_key(promos[row.pk])) or by_code.get(row.key))]
        if met:  # what the portal says of them is read at the next look
            update_rows(met, SETTLED)
            PromoCodeRow.objects.filter(pk__in=[row.pk for row in met]).update(doubted=True)
    return unseen


def _found(row: PromoCodeRow, item_id: int | None) -> bool:
    row.entity_id = item_id
    if item_id:
        row.attempts, row.retry_at, row.problem = 0, None, ""
    return item_id is not None


def _settle(portal: Portal, row: PromoCodeRow, outcome: Outcome, now: dt.datetime) -> None:
    if isinstance(outcome, Done):
        _found(row, smart_process.read_item_id(outcome.result))
    elif not is_doubtful(outcome):  # else the time of the create stands
        _refused(portal, row, outcome, now)


def _refused(portal: Portal, row: PromoCodeRow, bad: Outcome, now: dt.datetime) -> None:
    """A refusal counts as an attempt and its text is kept; one by the limits is tried again soon."""
    if isinstance(bad, Failed) and bad.code.upper() in LIMITED:
        row.retry_at = now + dt.timedelta(seconds=PASSING_DELAY_S / portal.speed)
    elif isinstance(bad, Failed):
        count_refusal(row, bad.code, f"Портал не принял промокод: {bad.text or bad.code}", now, portal.speed)
