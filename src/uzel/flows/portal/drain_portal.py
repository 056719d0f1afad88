"""What changed in the portal is read and what is due is written into it, wave after wave, until nothing is due now.

sweep ─ what waits of each kind ─ how much of each goes now ─ taken ─ carried out
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from uzel.bitrix24.client import PARALLEL, PortalClient
from uzel.bitrix24.errors import ConnectionLost, OutcomeUnknown, PortalError, Refused, WrongCredentials
from uzel.flows.portal import sweep_portal
from uzel.flows.portal.portal_line import is_awaited, portal_line, settings_of
from uzel.flows.portal.portal_work import WORK, CarryOut
from uzel.flows.promo.judge_promo import judge_changed
from uzel.flows.promo.show_promo import show_promo
from uzel.flows.setup.set_up_portal import complete_setup
from uzel.flows.setup.show_nodes import show_nodes
from uzel.flows.setup.undo_setup import UNDONE, is_undone
from uzel.flows.tell_people import notify_people
from uzel.hub.models import Portal
from uzel.sync.turns import Pace, Queue, share_out

log = logging.getLogger("uzel.drain")

#: Portal seconds of execution in a wave. Few at first: the first deals appear at once, and the portal's window of operating
#: time begins with them. Then enough to keep the portal busy for half a minute, little enough to let news in between and to
#: use soon what a method has got free.
FIRST_WAVE_S, LARGEST_WAVE_S, GROWTH = 30.0, 120.0, 4.0
SET_BY_PEOPLE = ("plan", "reserve_requests", "reserve_operating", "limits_set_at")
LEAST_PIECE_S = 0.4  # a wave takes no more pieces of a kind than such ones would fill: what is learned of costs may be wrong
MOST_COUNTED = 5000  # pieces: so many of a kind are a flood, whatever they cost


@dataclass(frozen=True, slots=True)
class Drained:
    """``taken``: pieces of work by kind, ``busy``: another process speaks with the portal, ``problem``: why it stopped.

    ``gave_way``: somebody waited to speak, so there may be more to do.
    """

    taken: Mapping[str, int] = field(default_factory=dict)
    busy: bool = False
    gave_way: bool = False
    problem: str = ""

    @property
    def pieces(self) -> int:
        """Pieces of work of all kinds."""
        return sum(self.taken.values())


def drain(
    portal_id: int,
    now: Callable[[], dt.datetime] = timezone.now,
    *,
    advance: Callable[[int], None] = lambda _: None,
    keep_going: Callable[[], bool] = lambda: True,
) -> Drained:
    """Write whatever is due; ``advance`` is told the size of each finished wave, ``keep_going`` is asked before each."""
    portal = Portal.objects.get(pk=portal_id)
    try:
        with portal_line(portal) as client:
            return Drained(busy=True) if client is None else _drain(portal, client, now, advance, keep_going)
    except ConnectionLost as lost:  # there is no way in
        remember_problem(portal, lost.text)
        return Drained(problem=lost.text)


def _drain(
    portal: Portal, client: PortalClient, now: Callable[[], dt.datetime], advance: Callable[[int], None],
    keep_going: Callable[[], bool],
) -> Drained:  # fmt: skip
    if is_undone(portal):
        remember_problem(portal, UNDONE)
        return Drained(problem=UNDONE)
    taken, wave_s, problem = dict.fromkeys((kind.code for kind in WORK), 0), FIRST_WAVE_S, ""
    gave_way = False
    setup = _complete_setup(portal, client)
    try:
        while keep_going() and not (gave_way := is_awaited(portal)):
            _look(portal, client, now)
            queues = _queues(portal, client, now())
            if not any(queue.waiting for queue in queues):
                if sweep_portal.is_unfinished(portal):
                    continue
                break
            counts = _wave(queues, client, wave_s)
            if not counts:
                client.rest()
                continue
            _carry_out(portal, client, counts, now)
            for code, count in counts.items():
                taken[code] += count
            wave_s = min(wave_s * GROWTH, LARGEST_WAVE_S)
            advance(sum(counts.values()))
    except PortalError as error:
        problem = explain(error)
        log.warning("portal %s: %s", portal.code, error)
    remember_problem(portal, problem or setup)
    return Drained(taken, gave_way=gave_way, problem=problem)


def _complete_setup(portal: Portal, client: PortalClient) -> str:
    """What the set-up lacks, for the administrator: orders of all bases are written meanwhile."""
    try:
        complete_setup(portal, client)
        trouble = portal.setup.get("trouble", "")
    except PortalError as error:
        trouble = str(error)
    if trouble:
        log.warning("portal %s: the set-up is not complete: %s", portal.code, trouble)
    return f"Обмен идёт, но настройка портала не закончена: {trouble} (uzel portal setup)" if trouble else ""


def _look(portal: Portal, client: PortalClient, now: Callable[[], dt.datetime]) -> None:
    """What people changed is read between the waves: a long drain must not make the portal's own news wait."""
    portal.refresh_from_db(fields=SET_BY_PEOPLE)
    client.heed(settings_of(portal))
    if sweep_portal.is_due(portal, now()):
        _sweep(portal, client, now())
    judge_changed(portal)
    show_nodes(portal, client, now())
    show_promo(portal, client, now())
    notify_people(portal, client, now())


def _sweep(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """A list that nobody can read stops the exchange with a word to the administrator; the log has where it happened."""
    try:
        sweep_portal.look(portal, client, now)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        log.exception("portal %s: what the sweep asked for has a shape that nobody knows", portal.code)
        raise OutcomeUnknown("BAD_ANSWER", "ответ на запрос изменённых сделок не по форме") from error


def _queues(portal: Portal, client: PortalClient, now: dt.datetime) -> list[Queue]:
    """What waits of each kind, at what a command costs today."""
    return [
        Queue(kind.code, kind.count(portal, now, MOST_COUNTED), kind.needs(client.usual_cost), kind.share, kind.most_s)
        for kind in WORK
    ]


def _wave(queues: list[Queue], client: PortalClient, wave_s: float) -> dict[str, int]:
    """Pieces of each kind in the next wave."""
    room = {method: client.room(method) for kind in WORK for method in kind.commands}
    counts = share_out(queues, wave_s, room, Pace(client.method_pace, PARALLEL))
    return {kind: min(count, int(wave_s / LEAST_PIECE_S)) for kind, count in counts.items()}


def _carry_out(portal: Portal, client: PortalClient, counts: Mapping[str, int], now: Callable[[], dt.datetime]) -> None:
    """Kinds that are carried out by one function travel together: their commands fill each other's batches."""
    works: dict[CarryOut, list[Any]] = {}
    for kind in WORK:
        if count := counts.get(kind.code, 0):
            works.setdefault(kind.carry_out, []).extend(kind.take(kind.due(portal, now()), count))
    for carry_out, pieces in works.items():
        carry_out(portal, client, pieces, now)


def explain(error: PortalError) -> str:
    """Why nothing can be written, for the administrator."""
    if isinstance(error, ConnectionLost):
        return error.text
    if isinstance(error, WrongCredentials):
        return (
            "Портал не принимает вебхук или приложение: не удалены ли они, не уволен ли сотрудник обмена? (uzel portal setup)"
        )
    if isinstance(error, Refused):
        return f"Портал отказал, и обмен с ним стоит: {error} (uzel doctor portal)"
    return f"Портал недоступен, обмен продолжится сам: {error}"


def remember_problem(portal: Portal, problem: str) -> None:
    """Put on record why the exchange with the portal stands, or that it does not."""
    Portal.objects.filter(pk=portal.pk).exclude(problem=problem).update(problem=problem)
