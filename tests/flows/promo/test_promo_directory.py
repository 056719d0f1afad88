"""Promo codes as a directory over HTTP: what a base is given, what it confirms, and that JSON tells it the same."""

import datetime as dt
import json

import pytest

from tests.exchange.talk import Talk, make_node
from tests.flows.files.test_receive_references import changes, element, send
from uzel.commerceml.references import ReferenceElement, ReferenceEnd, read_references
from uzel.flows.promo import promo_delta
from uzel.hub.models import Call, Node
from uzel.hub.promo_book import Entry, keep_all
from uzel.mapping.promo_reference import element_of
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db
SPRING = PromoCode("ВЕСНА10", "Весна", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31), nodes=("shop",), active=True)
SUMMER = PromoCode("Лето ☀", "Лето", active=True)
ARBAT = PromoCode("Арбат", active=True, nodes=("arbat",))


@pytest.fixture
def shop() -> Node:
    return make_node("shop", encoding="windows-1251")


def put(node: Node, *codes: PromoCode) -> None:
    """The whole directory anew."""
    assert node.portal
    keep_all(node.portal, {code.key: Entry(code, number) for number, code in enumerate(codes, 1)})


def opened(code: str = "shop") -> Talk:
    base = Talk(code, kind="reference").open()
    assert base.ask("init").startswith("zip=no")
    return base


def ask(base: Talk, parameters: str = "") -> list[ReferenceElement | ReferenceEnd]:
    base.ask("query", parameters)
    assert base.answer["Content-Type"] == "application/xml; charset=windows-1251"
    return list(read_references([base.answer.content]))


def codes(told: list[ReferenceElement | ReferenceEnd]) -> dict[str, bool]:
    """Code → whether it is withdrawn."""
    return {one.values["Промокод"]: one.deleted for one in told if isinstance(one, ReferenceElement)}


def test_the_whole_directory_of_the_shop_then_only_changes(shop: Node) -> None:
    put(shop, SPRING, SUMMER, ARBAT, PromoCode("Выключен"))
    base = opened()
    assert ask(base) == [element_of(SPRING, "1"), element_of(SUMMER, "2"), ReferenceEnd("Промокоды")]
    assert base.ask("success") == "success"
    shop.refresh_from_db()
    assert (shop.promo_version, promo_delta.behind(shop)) == (4, 0)
    assert ask(base) == []
    assert base.text.count("КоммерческаяИнформация") == 2, "a root element alone, never an empty body"
    put(shop, SUMMER)
    assert ask(opened()) == [element_of(SPRING, "5", withdrawn=True), ReferenceEnd("Промокоды", only_changes=True)]


def test_what_was_not_confirmed_comes_again(shop: Node) -> None:
    put(shop, SPRING)
    assert codes(ask(opened())) == {"ВЕСНА10": False}
    assert opened().ask("success") == "success", "of a session that was given nothing"
    shop.refresh_from_db()
    assert shop.promo_version is None
    base = opened()
    assert codes(ask(base)) == {"ВЕСНА10": False}
    put(shop, SPRING, SUMMER)
    base.ask("success")
    assert codes(ask(base)) == {"Лето ☀": False}, "what changed after the query"


def test_json_and_directory_share_one_version(shop: Node) -> None:
    put(shop, SPRING)
    base = opened()
    ask(base)
    base.ask("success")
    put(shop, SPRING, SUMMER)
    assert Talk(kind="promocodes").ask("success", "&version=2") == "success"
    assert ask(opened()) == []
    assert codes(ask(opened(), "&since=1")) == {"Лето ☀": False}
    whole = ask(opened(), "&since=0")
    assert (codes(whole), whole[-1]) == ({"ВЕСНА10": False, "Лето ☀": False}, ReferenceEnd("Промокоды"))
    told = json.loads(Talk(kind="promocodes").ask("query", "&since=0"))
    assert {item["code"] for item in told["items"]} == set(codes(whole))


def test_each_base_confirms_its_own(shop: Node) -> None:
    arbat = make_node("arbat", encoding="windows-1251")
    put(shop, SPRING, ARBAT)
    base = opened("arbat")
    assert codes(ask(base)) == {"Арбат": False}
    base.ask("success")
    arbat.refresh_from_db()
    shop.refresh_from_db()
    assert (arbat.promo_version, shop.promo_version) == (2, None)


def test_a_long_directory_comes_in_pieces(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promo_delta, "MOST_ITEMS", 3)
    put(shop, *(PromoCode(f"код {number}", active=True) for number in range(7)))
    base, seen, wholes = opened(), set[str](), list[bool]()
    while told := ask(base):
        seen |= set(codes(told))
        wholes.append(told[-1] == ReferenceEnd("Промокоды"))
        base.ask("success")
    assert seen == {f"код {number}" for number in range(7)}
    assert wholes == [True, False, False], "only the first piece makes the base forget"


def test_a_code_of_the_base_comes_back_under_its_own_id(shop: Node) -> None:
    make_node("arbat", encoding="windows-1251")
    send(changes(element("own-1", Промокод="Лето")))
    assert [one.element_id for one in ask(opened()) if isinstance(one, ReferenceElement)] == ["own-1"]


def test_what_a_base_was_given_it_may_send_back(shop: Node) -> None:
    put(shop, SPRING, SUMMER)
    base = opened()
    ask(base)
    body = base.answer.content
    assert send(body) == "success"
    assert promo_delta.behind(shop) == 2
    assert [one.revision for one in promo_delta.delta(shop, 0).items] == [1, 2]


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 19])
def test_a_version_that_is_none_is_refused(shop: Node, since: str) -> None:
    assert opened().ask("query", f"&since={since}").startswith("failure\nПараметр since")
    assert Call.objects.latest("pk").problem_code == "bad_version"


def test_a_version_that_is_gone_is_not_confirmed(shop: Node) -> None:
    put(shop, SPRING)
    base = opened()
    ask(base)
    Node.objects.update(portal=None)
    assert base.ask("success") == f"failure\n{promo_delta.NO_SUCH_VERSION}"


def test_without_a_session_nothing_is_told(shop: Node) -> None:
    put(shop, SPRING)
    assert Talk(kind="reference").ask("query").startswith("failure")
    assert Talk(kind="reference").ask("success").startswith("failure")


def test_a_base_without_codes_gets_an_empty_whole_directory(shop: Node) -> None:
    assert ask(opened()) == [ReferenceEnd("Промокоды")]
