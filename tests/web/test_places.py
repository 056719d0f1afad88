"""Places: who comes first is served first, and a connection belongs to a place and not to a thread."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, connections

from uzel.hub.models import Portal
from uzel.web.places import Place, Places


class Counter:
    """Callers of one place, each a thread; ``served`` tells in what order they had it."""

    def __init__(self) -> None:
        self.places, self.served = Places(1), list[str]()

    def come(self, name: str, work: Callable[[], object] = lambda: None) -> threading.Thread:
        """One more caller; returns once he waits or is served."""

        def call() -> None:
            with self.places.taken():
                self.served.append(name)
                work()

        waiting = self.waiting
        thread = threading.Thread(target=call)
        thread.start()
        while self.waiting == waiting and name not in self.served:
            thread.join(0.001)
        return thread

    @property
    def waiting(self) -> int:
        return len(self.places._queue)


def test_first_come_first_served() -> None:
    counter = Counter()
    with counter.places.taken() as mine:
        assert mine
        threads = [counter.come(name) for name in "abc"]
        assert counter.served == []
    for thread in threads:
        thread.join()
    assert (counter.served, counter.places.free) == (["a", "b", "c"], 1)


def test_who_comes_back_to_his_place_is_the_first() -> None:
    counter = Counter()

    def until_two_wait() -> None:
        while counter.waiting < 2:
            pause.wait(0.001)

    pause = threading.Event()
    with counter.places.taken():
        with counter.places.left():
            threads = [counter.come("a", until_two_wait), counter.come("b")]
        counter.served.append("back")
    for thread in threads:
        thread.join()
    assert (counter.served, counter.places.free) == (["a", "back", "b"], 1)


def test_who_waits_too_long_gets_none_and_takes_none() -> None:
    places = Places(1)
    told: list[bool] = []

    def call() -> None:
        with places.taken(0.0) as mine:
            told.append(mine)

    with places.taken():
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    assert (told, places.free) == ([False], 1)


def test_a_place_without_its_connection_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: Place) -> None:
        raise OperationalError

    places = Places(1)
    monkeypatch.setattr(Place, "give_connection", away)
    with pytest.raises(OperationalError), places.taken():
        pass
    assert places.free == 1


def backend() -> int:
    """Which connection this is, as the database knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_threads_have_one_after_another_the_connection_of_a_place() -> None:
    places, seen = Places(1), list[int]()

    def call() -> None:
        with places.taken():
            seen.append(backend())
        assert not connections.all(initialized_only=True), "the thread keeps none"

    for _ in range(3):
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    assert len(seen) == 3
    assert len(set(seen)) == 1
    places.close()


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_no_other_call_s_loss() -> None:
    places, seen = Places(1), list[int]()

    def call() -> None:
        with places.taken():
            seen.append(backend())

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [seen[0]])

    for step in (call, end, call):
        thread = threading.Thread(target=step)
        thread.start()
        thread.join()
    assert len(set(seen)) == 2
    places.close()


@pytest.mark.django_db
def test_a_thread_that_came_with_a_connection_goes_with_it() -> None:
    mine = backend()
    Portal.objects.create(code="mine")
    with Places(1).taken():
        assert (backend(), Portal.objects.filter(code="mine").exists()) == (mine, True)
    assert backend() == mine
