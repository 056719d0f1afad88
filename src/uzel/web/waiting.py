"""Where calls of ``type=listen`` wait: one thread watches for all of them, and who waits holds no database connection.

A base has one seat: its next call takes the place of one that nobody may be listening to any more. Its time runs from the
arrival of the call, whatever that waited for before.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

from uzel.flows.calls.node_news import news_of

SEATS = 100  # bases that wait at once; one more is told at once that there is nothing yet
WAIT_SECONDS = 50.0  # the protocol's limit is 60, and so is that of many a proxy
LOOK_SECONDS = 1.0  # between two looks into the database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Seat:
    called: threading.Event = field(default_factory=threading.Event)
    news: bool = False


def _in_background(watch: Callable[[], None]) -> None:
    threading.Thread(target=watch, name="listen", daemon=True).start()


class WaitingRoom:
    """``look`` says which of some nodes have something to take; ``leave`` gives back what the watch has used for it."""

    def __init__(
        self,
        look: Callable[[set[int]], set[int]],
        *,
        seats: int = SEATS,
        seconds: float = WAIT_SECONDS,
        leave: Callable[[], None] = connections.close_all,
        begin: Callable[[Callable[[], None]], None] = _in_background,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look, self._limit, self._seconds, self._leave, self._begin = look, seats, seconds, leave, begin
        self._clock = clock
        self._seats: dict[int, _Seat] = {}
        self._lock = threading.Lock()
        self._nobody = threading.Condition(self._lock)
        self._watched = False

    def seconds_left(self, arrived: float) -> float:
        """Of a call that arrived at this moment of the clock."""
        return max(0.0, arrived + self._seconds - self._clock())

    def wait(self, node_id: int, arrived: float) -> bool:
        """Whether there is news for the node before the time of its call is over."""
        seat = self._sit_down(node_id)
        if seat is None:
            return False
        seat.called.wait(self.seconds_left(arrived))
        with self._lock:
            if self._seats.get(node_id) is seat:
                del self._seats[node_id]
                self._nobody.notify()
        return seat.news

    def look_once(self) -> bool:
        """Call those for whom there is news; False, and the watch is over, when nobody waits."""
        with self._lock:
            waiting = set(self._seats)
            self._watched = bool(waiting)
        if not waiting:
            return False
        try:
            found = self._look(waiting)
        except Exception:  # the database is away: those who wait lose nothing
            log.exception("cannot look for news")
            found = set()
        with self._lock:
            for node_id in found:
                seat = self._seats.pop(node_id, None)
                if seat:
                    seat.news = True
                    seat.called.set()
        return True

    def send_home(self) -> None:
        """Nobody waits any longer: the server stops."""
        with self._lock:
            for seat in self._seats.values():
                seat.called.set()
            self._seats.clear()
            self._nobody.notify()

    def _sit_down(self, node_id: int) -> _Seat | None:
        with self._lock:
            earlier = self._seats.get(node_id)
            if earlier is None and len(self._seats) >= self._limit:
                return None
            if earlier:
                earlier.called.set()
            seat = self._seats[node_id] = _Seat()
            begins, self._watched = not self._watched, True
        if begins:
            self._begin(self._watch)
        return seat

    def _watch(self) -> None:
        try:
            while self.look_once():
                with self._lock:
                    self._nobody.wait_for(lambda: not self._seats, LOOK_SECONDS)
        finally:
            self._leave()


def _look(node_ids: set[int]) -> set[int]:
    close_old_connections()
    return news_of(node_ids)


ROOM = WaitingRoom(_look)
