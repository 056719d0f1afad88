"""Whose turn it is: how much of each kind of work goes into the next wave to the portal.

Higher kinds first, yet every kind that waits gets its share of each wave, so a flood of one starves nobody; and nobody takes
what would have to wait inside the wave for a method that has used up its time. A flood that its methods hold up anyway is in
no hurry: it gets what keeps these methods in use, and the time of other methods is not lost while it is carried out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PORTION_S = 2.0  # room of a method below which it is left to gather, unless all that waits fits into it
LEAST_NEED_S = 1e-6  # of a portal that says its commands cost nothing
MOST_PORTION_S = 30.0  # and no dear method has to gather more


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind. All times are portal seconds of execution.

    ``needs``: seconds of each method for one piece of it; ``share`` of a wave that is its own whoever else waits;
    ``most_s``: it never takes more of one wave.
    """

    kind: str
    waiting: int
    needs: Mapping[str, float]
    share: float
    most_s: float

    @property
    def piece_s(self) -> float:
        """One piece of it."""
        return sum(self.needs.values())


@dataclass(frozen=True, slots=True)
class Pace:
    """What the portal gives in the long run: ``method`` seconds of each method in a second, ``parallel`` seconds of all."""

    method: float
    parallel: int


def share_out(queues: Sequence[Queue], wave_s: float, room: Mapping[str, float], pace: Pace) -> dict[str, int]:
    """Pieces of each kind for a wave of ``wave_s``, ``queues`` in order of priority; kinds that take none are left out.

    ``room``: seconds of each method that may be spent without waiting. A kind whose methods have room takes at least one
    piece, so a wave is longer than ``wave_s`` by one piece of each kind at most. Each its own share first; then in order of
    priority, floods no further than their pace. What is still left would end no flood sooner, so the lower ones have it first.
    """
    served = [queue for queue in queues if queue.waiting and _is_open(queue, queues, room)]
    taken = {queue.kind: _own(queue, wave_s, room) for queue in served}
    for queue in served:
        taken[queue.kind] += _more(queue, served, taken, wave_s, room, _part(queue, room, pace))
    for queue in reversed(served):
        taken[queue.kind] += _more(queue, served, taken, wave_s, room, 1.0)
    return taken


def _more(
    queue: Queue, served: Sequence[Queue], taken: Mapping[str, int], wave_s: float, room: Mapping[str, float], part: float
) -> int:
    """Pieces besides those taken, until the kind fills ``part`` of the wave."""
    spent_s, own_s = sum(taken[one.kind] * one.piece_s for one in served), taken[queue.kind] * queue.piece_s
    left = {method: seconds - _spent(method, served, taken) for method, seconds in room.items()}
    most = min(wave_s - spent_s, queue.most_s - own_s, wave_s * part - own_s)
    return _fitting(queue, queue.waiting - taken[queue.kind], most, left)


def _part(queue: Queue, room: Mapping[str, float], pace: Pace) -> float:
    """Part of a wave that keeps the methods of a flood in use; all of it for what its methods do not hold up."""
    if all(need * queue.waiting <= room[method] for method, need in queue.needs.items()):
        return 1.0
    return min(1.0, pace.method * queue.piece_s / max(queue.needs.values()) / pace.parallel)


def _own(queue: Queue, wave_s: float, room: Mapping[str, float]) -> int:
    """What a kind takes whoever else waits."""
    part = {method: seconds * queue.share for method, seconds in room.items()}
    return max(1, _fitting(queue, queue.waiting, min(wave_s * queue.share, queue.most_s), part))


def _is_open(queue: Queue, queues: Sequence[Queue], room: Mapping[str, float]) -> bool:
    """Whether each of its methods has room for one piece of everybody who needs it, or for all that waits."""
    return all(room[method] >= _portion(method, queues) for method in queue.needs)


def _portion(method: str, queues: Sequence[Queue]) -> float:
    pieces = [(queue.needs[method], queue.waiting) for queue in queues if queue.waiting and method in queue.needs]
    one_of_each, all_s = sum(need for need, _ in pieces), sum(need * waiting for need, waiting in pieces)
    return min(all_s, max(PORTION_S, one_of_each), MOST_PORTION_S)


def _fitting(queue: Queue, waiting: int, most_s: float, room: Mapping[str, float]) -> int:
    """How many pieces fit into the seconds of the wave and of each method."""
    counts = [waiting, *(_times(room[method], need) for method, need in queue.needs.items())]
    return max(0, min(*counts, _times(most_s, queue.piece_s)))


def _times(seconds: float, need: float) -> int:
    """How often ``need`` fits; what costs nothing fits as often as anybody asks."""
    return int(seconds / max(need, LEAST_NEED_S) + 1e-9) if seconds > 0 else 0


def _spent(method: str, served: Sequence[Queue], taken: Mapping[str, int]) -> float:
    return sum(taken[queue.kind] * queue.needs.get(method, 0.0) for queue in served)


def seconds_to_end(queues: Sequence[Queue], room: Mapping[str, float], pace: Pace) -> float:
    """Least portal seconds until nothing of ``queues`` waits: ``room`` is there at once, the rest comes at ``pace``."""
    needs: dict[str, float] = {}
    for queue in queues:
        for method, need in queue.needs.items():
            needs[method] = needs.get(method, 0.0) + need * queue.waiting
    waits = (max(0.0, need - room[method]) / pace.method for method, need in needs.items())
    return max(sum(needs.values()) / pace.parallel, *waits) if needs else 0.0
