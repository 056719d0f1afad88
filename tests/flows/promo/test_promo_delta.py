"""The promo-code delta over HTTP: what a base is told, what it confirms, what it never hears of."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from tests.exchange.talk import Talk, make_node
from uzel.flows.promo import promo_delta
from uzel.hub import feed_store
from uzel.hub.models import Call, Node
from uzel.hub.promo_book import Entry, keep, keep_all
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db
SPRING = PromoCode(
    "ВЕСНА10", "Весна", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31), nodes=("shop",), source="блогер", active=True
)
SUMMER = PromoCode("Лето", active=True)
ARBAT = PromoCode("Арбат", active=True, nodes=("arbat",))


@pytest.fixture
def shop() -> Node:
    return make_node("shop", encoding="windows-1251")


def put(node: Node, *codes: PromoCode) -> None:
    """The whole directory anew."""
    assert node.portal
    keep_all(node.portal, {code.key: Entry(code, 1) for code in codes})


def ask(since: int | str = 0) -> Any:
    return json.loads(Talk(kind="promocodes").ask("query", f"&since={since}"))


def codes(answer: Any) -> dict[str, bool]:
    """Code → whether it is withdrawn."""
    return {item["code"]: item["withdrawn"] for item in answer["items"]}


def test_all_codes_of_the_shop_and_no_other(shop: Node) -> None:
    put(shop, SPRING, SUMMER, ARBAT, PromoCode("Выключен"))
    answer = ask()
    assert (answer["version"], answer["full"], answer["more"]) == (4, True, False)
    assert codes(answer) == {"ВЕСНА10": False, "Лето": False}
    assert answer["items"][0] == {
        "key": "весна10", "code": "ВЕСНА10", "revision": 1, "withdrawn": False, "title": "Весна", "discount": "10 %",
        "from": "2026-03-01", "until": "2026-03-31", "source": "блогер",
    }  # fmt: skip
    assert (answer["items"][1]["from"], answer["items"][1]["until"]) == (None, None)


def test_only_what_changed_since(shop: Node) -> None:
    put(shop, SPRING, SUMMER, ARBAT)
    put(shop, SUMMER)
    answer = ask(3)
    assert (answer["version"], answer["full"], codes(answer)) == (5, False, {"ВЕСНА10": True})
    assert set(answer["items"][0]) == {"key", "code", "revision", "withdrawn"}
    assert codes(ask(0)) == {"Лето": False}
    assert ask(5) == {"version": 5, "full": False, "more": False, "items": []}


def test_a_code_that_counts_here_no_more_is_withdrawn_here(shop: Node) -> None:
    make_node("arbat")
    put(shop, SPRING, SUMMER)
    put(shop, PromoCode("ВЕСНА10", active=True, nodes=("arbat",)), PromoCode("Лето"))
    assert codes(ask(2)) == {"ВЕСНА10": True, "Лето": True}
    arbat = json.loads(Talk("arbat", kind="promocodes").ask("query", "&since=2"))
    assert codes(arbat) == {"ВЕСНА10": False, "Лето": True}


def test_a_version_that_was_never_given_gets_everything(shop: Node) -> None:
    put(shop, SPRING)
    assert ask(99) == ask(0)


def test_a_long_directory_comes_in_pieces_and_loses_nothing(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promo_delta, "MOST_ITEMS", 3)
    put(shop, *(PromoCode(f"код {n}", active=True, nodes=("arbat",) if n % 3 == 0 else ()) for n in range(10)))
    answer, seen = ask(), {}
    assert (answer["full"], answer["more"], answer["version"]) == (True, True, 5)
    seen.update(codes(answer))
    while answer["more"]:
        answer = ask(answer["version"])
        assert not answer["full"]
        seen.update(codes(answer))
    assert set(seen) == {f"код {n}" for n in range(10) if n % 3}
    assert answer["version"] == 10


def test_what_the_base_has_is_not_sent_again(shop: Node) -> None:
    put(shop, SPRING)
    base = Talk(kind="promocodes")
    base.ask("query")
    etag = base.answer["ETag"]
    again = Client(headers={"Authorization": base.authorization or "", "If-None-Match": etag})
    answer = again.get(f"{base.path}?type=promocodes&mode=query")
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    put(shop, SPRING, SUMMER)
    assert again.get(f"{base.path}?type=promocodes&mode=query").status_code == 200


def test_a_session_stands_for_the_password_here_too(shop: Node) -> None:
    put(shop, SUMMER)
    base = Talk(kind="promocodes").open()
    base.authorization = ""
    assert codes(json.loads(base.ask("query"))) == {"Лето": False}
    base.cookie = ""
    assert base.ask("query").startswith("failure")
    assert base.answer.status_code == 401


def test_each_base_confirms_its_own_version(shop: Node) -> None:
    arbat = make_node("arbat")
    put(shop, SPRING, SUMMER, ARBAT)
    assert (promo_delta.behind(shop), promo_delta.behind(arbat)) == (2, 2)
    assert Talk(kind="promocodes").ask("success", "&version=2") == "success"
    shop.refresh_from_db()
    arbat.refresh_from_db()
    assert (shop.promo_version, arbat.promo_version) == (2, None)
    put(shop, SPRING)
    assert (promo_delta.behind(shop), promo_delta.behind(arbat)) == (1, 2)
    assert Talk(kind="promocodes").ask("success", "&version=1") == "success"
    shop.refresh_from_db()
    assert shop.promo_version == 1


def test_a_version_that_we_do_not_have_is_not_confirmed(shop: Node) -> None:
    put(shop, SPRING)
    assert Talk(kind="promocodes").ask("success", "&version=2") == f"failure\n{promo_delta.NO_SUCH_VERSION}"
    shop.refresh_from_db()
    assert shop.promo_version is None
    assert Call.objects.latest("pk").problem_code == "bad_version"


def test_a_base_without_a_portal_has_no_codes(shop: Node) -> None:
    put(shop, SPRING)
    Node.objects.update(portal=None)
    assert ask() == {"version": 0, "full": True, "more": False, "items": []}
    assert Talk(kind="promocodes").ask("success", "&version=0") == "success"


def test_every_call_is_archived(shop: Node) -> None:
    put(shop, SUMMER)
    base = Talk(kind="promocodes")
    base.ask("query", "&since=0")
    made = Call.objects.get()
    assert (made.kind, made.mode, made.status, made.node) == ("promocodes", "query", 200, shop)
    assert made.reply is not None
    assert feed_store.read_feed(made.reply) == base.answer.content


def test_what_changes_while_an_answer_is_made_comes_with_the_next(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shop, SPRING, SUMMER)
    portal, seen = shop.portal, promo_delta.last_revision
    assert portal

    def moved_after(asked: Any) -> int:
        head = seen(asked)
        keep(portal, {SPRING.key: Entry(PromoCode("ВЕСНА10", "Новое", active=True), 1)})
        return head

    monkeypatch.setattr(promo_delta, "last_revision", moved_after)
    first = ask()
    monkeypatch.undo()
    assert (first["version"], codes(first)) == (2, {"Лето": False})
    assert [item["title"] for item in ask(2)["items"]] == ["Новое"]
