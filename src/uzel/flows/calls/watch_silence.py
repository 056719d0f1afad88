"""The watch over bases that stop calling: what a call leaves behind, and a look every few minutes.

a call ─ the pause before it is kept ─ a look ─ who is silent against his rhythm ─ one alert for all of them
"""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from uzel.flows.tell_people import announce
from uzel.hub.models import Node, NodePause, SilenceWatch
from uzel.sync.silence import KEPT, SHORTEST_PAUSE, Pause, Rhythm, is_silent

HUB_AWAY = dt.timedelta(minutes=15)  # without a look: the hub itself did not run
LEAST_BOUND, MOST_BOUND = dt.timedelta(minutes=5), dt.timedelta(days=60)  # that may be set by hand
BETWEEN_NOTES = dt.timedelta(seconds=10)  # calls of an exchange follow one another at once: the first of them is noted
BETWEEN_ALERTS = dt.timedelta(minutes=30)  # what happens meanwhile is told together
REMINDED_AFTER = dt.timedelta(days=1)
MOST_NAMED = 20  # bases by name in one list of an alert
NEVER = 0  # as a bound by hand
TOGETHER = 3  # bases silent at once, and half of all: the fault is hardly theirs
MOMENT = "%d.%m.%Y %H:%M"


def is_news(noted: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the time of the last call, as it was noted, is to be noted anew."""
    return noted is None or abs(now - noted) >= BETWEEN_NOTES


def note_call(node: Node, now: dt.datetime) -> None:
    """A base called: it is not silent, and a pause that is over is kept for its rhythm."""
    before = node.last_call_at or node.created_at
    Node.objects.filter(pk=node.pk).update(last_call_at=now, silent_since=None)
    if now - before < SHORTEST_PAUSE:
        return
    NodePause.objects.bulk_create([NodePause(node=node, began=before, ended=now)], ignore_conflicts=True)
    NodePause.objects.filter(node=node, ended__lt=now - KEPT).delete()


@transaction.atomic
def watch(now: dt.datetime) -> None:
    """Look at all bases and tell people what is news. Looks that come twice or late do no harm."""
    first = {"began_at": now, "looked_at": now, "up_since": now}
    row = SilenceWatch.objects.select_for_update().get_or_create(pk=1, defaults=first)[0]
    if now - row.looked_at > HUB_AWAY:
        row.up_since = now
    row.looked_at = now
    _forget()
    _notice(now, row)
    if (row.told_at is None or now - row.told_at >= BETWEEN_ALERTS) and _tell(now):
        row.told_at = now
    row.save()


def watched() -> QuerySet[Node]:
    """Bases of which silence would be told."""
    return Node.objects.filter(active=True, last_call_at__isnull=False).exclude(silence_after_min=NEVER)


def _forget() -> None:
    """What a person has switched off is not silent any more, and nobody is told that it ended."""
    off = Node.objects.filter(Q(active=False) | Q(silence_after_min=NEVER))
    off.exclude(silent_since=None, silence_told_at=None).update(silent_since=None, silence_told_at=None)


def _notice(now: dt.datetime, row: SilenceWatch) -> None:
    """Mark the bases whose pause has become silence. Few are in a pause, and a pause is judged by few rows."""
    resting = watched().filter(silent_since=None, last_call_at__lt=now - LEAST_BOUND)
    nodes = list(resting.only("pk", "last_call_at", "silence_after_min", "created_at"))
    long_enough = [node.pk for node in nodes if node.silence_after_min is None and now - _called(node) > SHORTEST_PAUSE]
    rows = NodePause.objects.filter(node__in=long_enough, ended__gte=now - KEPT).order_by("node", "began")
    pauses = {
        pk: tuple(Pause(began, ended) for _, began, ended in group)
        for pk, group in groupby(rows.values_list("node", "began", "ended"), key=lambda row: row[0])
    }
    for node in nodes:
        rhythm = Rhythm(pauses.get(node.pk, ()), max(node.created_at, row.began_at, now - KEPT), _called(node))
        if _is_silent(node, rhythm, now, max(_called(node), row.up_since)):
            Node.objects.filter(pk=node.pk, last_call_at=node.last_call_at).update(silent_since=node.last_call_at)


def _called(node: Node) -> dt.datetime:
    assert node.last_call_at is not None, "only who has called is watched"
    return node.last_call_at


def _is_silent(node: Node, rhythm: Rhythm, now: dt.datetime, counted_from: dt.datetime) -> bool:
    if node.silence_after_min is not None:
        return now - counted_from > dt.timedelta(minutes=node.silence_after_min)
    return is_silent(rhythm, now, counted_from)


def _tell(now: dt.datetime) -> bool:
    """One alert of all that began, lasts for another day or ended; whether there was anything."""
    silent = Node.objects.exclude(silent_since=None).order_by("silent_since", "code")
    began = list(silent.filter(silence_told_at=None))
    lasting = list(silent.filter(silence_told_at__lte=now - REMINDED_AFTER))
    ended = list(Node.objects.filter(silent_since=None).exclude(silence_told_at=None).order_by("code"))
    if not (began or lasting or ended):
        return False
    announce(_subject(began, lasting, ended), _text(began, lasting, ended), now)
    Node.objects.filter(pk__in=[node.pk for node in began + lasting]).update(silence_told_at=now)
    Node.objects.filter(pk__in=[node.pk for node in ended]).update(silence_told_at=None)
    return True


def _subject(began: list[Node], lasting: list[Node], ended: list[Node]) -> str:
    silent = began + lasting
    return (
        f"Узел обмена: {'молчит' if len(silent) == 1 else 'молчат'} {_named(silent)}"
        if silent
        else (f"Узел обмена: снова на связи {_named(ended)}")
    )


def _named(nodes: list[Node]) -> str:
    return str(nodes[0]) if len(nodes) == 1 else f"базы ({len(nodes)})"


def _text(began: list[Node], lasting: list[Node], ended: list[Node]) -> str:
    count, all_of_them = Node.objects.exclude(silent_since=None).count(), watched().count()
    lines: list[str] = []
    if began and count >= TOGETHER and 2 * count >= all_of_them:
        lines = [f"Молчат сразу {count} из {all_of_them} баз: сначала проверьте сеть, адрес и сам Узел, потом базы.", ""]
    lines += _part("Перестали обращаться, хотя обычно в это время обращаются:", began)
    lines += _part("Всё ещё молчат:", lasting)
    lines += _part("Снова обращаются:", ended)
    return "\n".join(lines).strip()


def _part(title: str, nodes: list[Node]) -> Iterable[str]:
    if not nodes:
        return []
    named = [f"— {node}: последнее обращение {timezone.localtime(_called(node)):{MOMENT}}" for node in nodes[:MOST_NAMED]]
    more = [f"— и ещё {len(nodes) - MOST_NAMED} (uzel node list)"] if len(nodes) > MOST_NAMED else []
    return [title, *named, *more, ""]
