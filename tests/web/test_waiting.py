"""The waiting room of ``type=listen``: who is called, who gives up, and what a waiting base holds."""

import threading
import time
from collections.abc import Callable

import pytest
from django.test import Client

from tests.exchange.talk import Talk, basic, make_node
from tests.flows.due_orders import due_order
from uzel.flows.calls.node_news import news_of
from uzel.hub.models import Call, Delivery, Node, OrderRow, Package
from uzel.web import exchange_endpoint, waiting
from uzel.web.arrival import ARRIVED
from uzel.web.places import Places
from uzel.web.waiting import WaitingRoom


class Town:
    """A room whose watch is moved by hand; ``news`` are nodes that have something to take."""

    def __init__(self, seats: int = 100, seconds: float = 30.0) -> None:
        self.news: set[int] = set()
        self.watches: list[Callable[[], None]] = []
        self.now = 1000.0
        self.room = WaitingRoom(
            self.look, seats=seats, seconds=seconds, leave=lambda: None, begin=self.watches.append, clock=lambda: self.now
        )
        self.asked: list[set[int]] = []
        self.told: dict[str, bool] = {}

    def look(self, nodes: set[int]) -> set[int]:
        self.asked.append(nodes)
        return self.news & nodes

    def sit(self, node: int, name: str = "") -> threading.Thread:
        """A base begins to wait; returns once it has its seat."""
        before = self.room._seats.get(node)
        thread = threading.Thread(target=lambda: self.told.update({name or str(node): self.room.wait(node, self.now)}))
        thread.start()
        while thread.is_alive() and self.room._seats.get(node) is before:
            thread.join(0.001)
        return thread


def test_only_those_with_news_are_called() -> None:
    town = Town()
    threads = [town.sit(node) for node in (1, 2)]
    town.news = {2, 3}
    assert town.room.look_once()
    threads[1].join()
    assert town.told == {"2": True}
    town.news = {1}
    assert town.room.look_once()
    threads[0].join()
    assert (town.asked, town.told) == ([{1, 2}, {1}], {"2": True, "1": True})
    assert not town.room.look_once(), "nobody waits: the watch is over"
    assert len(town.watches) == 1, "one watch for all"


def test_nothing_happened_in_time() -> None:
    town = Town(seconds=0)
    assert town.room.wait(1, town.now) is False
    assert not town.room.look_once()


def test_the_time_of_a_call_runs_from_its_arrival() -> None:
    town = Town(seconds=50)
    assert [town.room.seconds_left(town.now - before) for before in (0, 12.5, 50, 70)] == [50, 37.5, 0, 0]
    assert town.room.wait(1, town.now - 50) is False, "it queued for the whole of its time: nothing is left to wait"


def test_the_next_call_of_a_base_takes_its_seat() -> None:
    town = Town()
    first = town.sit(1, "first")
    second = town.sit(1, "second")
    first.join()
    assert town.told == {"first": False}
    town.news = {1}
    town.room.look_once()
    second.join()
    assert town.told["second"] is True


def test_a_full_room_tells_at_once() -> None:
    town = Town(seats=1)
    thread = town.sit(1)
    assert town.room.wait(2, town.now) is False
    town.news = {1}
    town.room.look_once()
    thread.join()


def test_everybody_is_sent_home_when_the_server_stops() -> None:
    town = Town()
    threads = [town.sit(node) for node in (1, 2)]
    town.room.send_home()
    for thread in threads:
        thread.join()
    assert town.told == {"1": False, "2": False}


def test_a_database_that_is_away_ends_no_watch() -> None:
    def broken(nodes: set[int]) -> set[int]:
        raise OSError

    watches: list[Callable[[], None]] = []
    room = WaitingRoom(broken, seconds=0, leave=lambda: None, begin=watches.append)
    room._seats[1] = waiting._Seat()
    assert room.look_once()


def test_a_real_watch_calls_a_hundred_bases_and_ends() -> None:
    found = threading.Event()
    room = WaitingRoom(lambda nodes: nodes if found.is_set() else set(), seconds=30, leave=lambda: None)
    told: list[bool] = []
    threads = [
        threading.Thread(target=lambda node=node: told.append(room.wait(node, time.monotonic()))) for node in range(1, 101)
    ]
    for thread in threads:
        thread.start()
    found.set()
    for thread in threads:
        thread.join()
    assert told == [True] * 100


# ------------------------------------------------------------------------------------------------------------ over HTTP


@pytest.fixture
def shop(db: None) -> Node:
    return make_node("shop", receives_changes=True, profile="bitrix")


def test_a_base_with_something_to_take_is_told_at_once(shop: Node) -> None:
    due_order(shop)
    assert Talk(kind="listen").ask("") == "success"
    assert Call.objects.get().kind == "listen"


@pytest.mark.parametrize(("news", "status", "body"), [(False, 304, ""), (True, 200, "success")])
def test_a_base_with_nothing_to_take_waits(
    shop: Node, monkeypatch: pytest.MonkeyPatch, news: bool, status: int, body: str
) -> None:
    waited: list[int] = []

    class Room(WaitingRoom):
        def wait(self, node_id: int, arrived: float) -> bool:
            waited.append(node_id)
            return news

    monkeypatch.setattr(waiting, "ROOM", Room(lambda nodes: nodes))
    base = Talk(kind="listen")
    assert base.ask("") == body
    assert (base.answer.status_code, waited) == (status, [shop.pk])
    shop.refresh_from_db()
    assert (Call.objects.count(), shop.last_call_at is not None) == (0, True), "a call that was told nothing is no record"


@pytest.mark.parametrize(("queued", "left"), [(0.0, 50.0), (49.0, 1.0), (50.0, 0.0), (80.0, 0.0)])
def test_what_a_call_has_queued_for_is_no_longer_waited(
    shop: Node, monkeypatch: pytest.MonkeyPatch, queued: float, left: float
) -> None:
    """The clock stands still, so that a call without time has to end by itself."""
    told: list[float] = []

    class Room(WaitingRoom):
        def wait(self, node_id: int, arrived: float) -> bool:
            told.append(self.seconds_left(arrived))
            return False

    monkeypatch.setattr(waiting, "ROOM", Room(lambda nodes: nodes, seconds=50.0, clock=lambda: 1000.0))
    query = {"type": "listen"}
    answer = Client().get("/1c/shop/", query, headers={"Authorization": basic("shop-login")}, **{ARRIVED: 1000.0 - queued})
    assert (answer.status_code, told) == (304, [left])


def test_a_server_without_a_free_place_tells_a_listener_in_time(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ROOM", WaitingRoom(lambda nodes: nodes, seconds=0.0))
    due_order(shop)
    with monkeypatch.context() as full:
        full.setattr(exchange_endpoint, "FOR_BASES", Places(0))
        base = Talk(kind="listen")
        assert (base.ask(""), base.answer.status_code) == ("", 304)
    assert not Call.objects.exists(), "nobody had the time to look who calls"
    assert Talk(kind="listen").ask("") == "success"


def test_a_stranger_does_not_wait(shop: Node) -> None:
    base = Talk(kind="listen", authorization="")
    assert base.ask("").startswith("failure")
    assert base.answer.status_code == 401


@pytest.mark.parametrize(
    ("columns", "reason", "is_news"),
    [
        ({}, "", True),
        ({"hold": "ждём"}, "", False),
        ({}, "удержан в портале: ждём", True),
        ({}, "файл «a.xml» этой базы ещё не разобран", True),
        ({}, "у заказа нет валюты", False),
        ({"deal_deleted": True}, "", False),
    ],
)
def test_what_is_news(shop: Node, columns: dict[str, object], reason: str, is_news: bool) -> None:
    due_order(shop)
    OrderRow.objects.update(**columns)
    Delivery.objects.update(locked_reason=reason)
    other = make_node("other", receives_changes=True)
    assert news_of([shop.pk, other.pk]) == ({shop.pk} if is_news else set())


def test_no_news_for_a_base_that_may_not_take_it(shop: Node) -> None:
    due_order(shop)
    file = Package.objects.create(node=shop, file_name="a.xml", state=Package.State.WAITING)
    assert news_of([shop.pk]) == set()
    file.delete()
    assert news_of([shop.pk]) == {shop.pk}
    Node.objects.update(receives_changes=False)
    assert news_of([shop.pk]) == set()
    Node.objects.update(receives_changes=True, active=False)
    assert news_of([shop.pk]) == set()
