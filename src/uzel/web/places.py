"""Places of the calls that are carried out at once: each has its connection to the database, whichever thread takes it.

Threads are many, because most of them wait; a connection of its own for each would cost the database more than its call.
"""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

WORKING = 8  # calls of bases carried out at once
EVENTS = 2  # calls of the portal: they wait for no base


@dataclass(slots=True)
class Place:
    """A connection that is opened when somebody first needs it."""

    connection: BaseDatabaseWrapper | None = None

    def give_connection(self) -> None:
        """To the calling thread, unless it came with one, as a test does."""
        if connections.all(initialized_only=True):
            return
        if self.connection is None:
            self.connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self.connection.inc_thread_sharing()
        connections[DEFAULT_DB_ALIAS] = self.connection
        self.connection.close_if_unusable_or_obsolete()

    def take_connection(self) -> None:
        """From the calling thread, which keeps none."""
        if self.connection in connections.all(initialized_only=True):
            del connections[DEFAULT_DB_ALIAS]


class Places:
    """So many calls at once; the others wait in the order in which they came."""

    def __init__(self, count: int) -> None:
        self._all = [Place() for _ in range(count)]
        self._free = list(self._all)
        self._queue: deque[Future[Place]] = deque()
        self._lock = threading.Lock()
        self._here = threading.local()

    @property
    def free(self) -> int:
        """How many nobody has taken."""
        return len(self._free)

    @contextmanager
    def taken(self, seconds: float | None = None) -> Iterator[bool]:
        """A place for the calling thread, and whether there was one within the time."""
        place = self._wait(seconds)
        if place is None:
            yield False
            return
        try:
            self._sit(place)
            yield True
        finally:
            self._rise()

    @contextmanager
    def left(self) -> Iterator[None]:
        """The calling thread waits for something else: its place is another's. It gets the next one that is free again."""
        self._rise()
        try:
            yield
        finally:
            place = self._wait(None, first=True)
            assert place is not None, "waited for without a limit"
            self._sit(place)

    def close(self) -> None:
        """Close the connections of the free places."""
        with self._lock:
            for place in self._free:
                if place.connection:
                    place.connection.close()
                    place.connection = None

    def _wait(self, seconds: float | None, *, first: bool = False) -> Place | None:
        with self._lock:
            if self._free:
                return self._free.pop()  # the one left last: its connection is the surest
            turn: Future[Place] = Future()
            (self._queue.appendleft if first else self._queue.append)(turn)
        with suppress(TimeoutError):
            return turn.result(seconds)
        with self._lock:
            if turn.done():
                return turn.result()
            self._queue.remove(turn)
        return None

    def _sit(self, place: Place) -> None:
        self._here.place = place
        place.give_connection()

    def _rise(self) -> None:
        place: Place = self._here.place
        place.take_connection()
        with self._lock:
            if self._queue:
                self._queue.popleft().set_result(place)
            else:
                self._free.append(place)


FOR_BASES, FOR_PORTAL = Places(WORKING), Places(EVENTS)
