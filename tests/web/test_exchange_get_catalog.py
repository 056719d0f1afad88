"""A base fetches the nomenclature of the others, over HTTP: each answer byte for byte (onec-exchange 1.6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.exchange.talk import Talk, make_node
from tests.flows.catalogue import classifier, goods, item, load, offer, offers, price, price_type, quantity, section
from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.commerceml.catalog.reader import read_catalog
from uzel.flows.catalog import give_catalog
from uzel.flows.catalog.match_items import match_item
from uzel.hub import feed_store
from uzel.hub.models import Call, ExchangeSession, Node, NomenclatureRow, SectionRow
from uzel.model import NomenclatureItem, Variant

pytestmark = pytest.mark.django_db
KINDS = f"<ТипыЦен>{price_type()}</ТипыЦен>"


@pytest.fixture
def main() -> Node:
    return make_node("main", catalog_source=True)


@pytest.fixture
def shop(main: Node) -> Node:
    return make_node("shop", receives_catalog=True)


def fill(main: Node, count: int = 3) -> None:
    """Chairs i-0, i-1… that cost something, in a group; the last one has two variants."""
    groups = classifier(f"<Группы>{section('g')}</Группы>")
    inside = "<Группы><Ид>g</Ид></Группы><Артикул>А-1</Артикул>"
    load(main, goods(*(item(f"i-{place}", f"Стул {place}", inside) for place in range(count)), classifier=groups))
    last = f"i-{count - 1}"
    simple = [offer(f"i-{place}", price(f"{place + 1}00") + quantity("7")) for place in range(count - 1)]
    variants = [offer(f"{last}#{colour}", price("5"), name=f"Стул {colour}") for colour in ("red", "blue")]
    load(main, offers(*simple, *variants, head=KINDS))


def begin(code: str = "shop", parameters: str = "") -> Talk:
    base = Talk(code=code, kind="get_catalog").open(sessid=False)
    assert base.ask("init", parameters) == "zip=no\n"
    return base


def pieces(base: Talk, more: str = "") -> list[list[Entry]]:
    """Every piece until the end."""
    found = []
    while (text := base.ask("query", more)) != "finished=yes\n":
        found.append(entries(text))
    return found


def entries(text: str) -> list[Entry]:
    words, start, xml = text.partition("<?xml")
    assert start
    assert "<" not in words
    found = list(read_catalog([(start + xml).encode()]))
    assert not [one.problems for one in found if one.problems]
    return found


def told(found: list[list[Entry]], kind: type) -> dict[str, Any]:
    every = (one.record for piece in found for entry in piece for one in entry.told)
    records = [record for record in every if isinstance(record, kind)]
    return {getattr(record, "variant_id", getattr(record, "item_id", "")): record for record in records}


def said(found: list[list[Entry]]) -> list[Entry]:
    """All entries but kinds of prices, which each piece names anew."""
    return [entry for piece in found for entry in piece if entry.kind is not EntryKind.PRICE_TYPE]


def costs(found: list[list[Entry]]) -> dict[str, Decimal]:
    offered = [entry for piece in found for entry in piece if entry.kind is EntryKind.OFFER]
    return {entry.xml_id: entry.prices[0].amount for entry in offered if entry.prices}


def test_each_answer_to_the_letter(main: Node, shop: Node) -> None:
    fill(main)
    base = Talk(kind="get_catalog")
    session_lines = base.ask("checkauth").split("\n")
    cookie = ExchangeSession.objects.get().cookie
    assert session_lines == ["success", "UZELSESSION", cookie, ""], "three lines, no sessid"
    base.cookie = f"UZELSESSION={cookie}"
    assert base.ask("init") == "zip=no\n"
    starts = [f"Из Узла выгружено ещё {what}." for what in ("групп: 1", "товаров: 3", "предложений: 4")]
    for start in starts:
        assert base.ask("query").startswith(f'{start}<?xml version="1.0" encoding="utf-8"?>\n<КоммерческаяИнформация ')
        assert base.text.endswith("</КоммерческаяИнформация>\n")
    assert [base.ask("query"), base.ask("query")] == ["finished=yes\n"] * 2
    calls = list(Call.objects.order_by("pk"))
    assert [call.mode for call in calls] == ["checkauth", "init", *["query"] * 5]
    assert feed_store.read_feed(calls[3].reply).decode().startswith(starts[1] + "<?xml")  # type: ignore[arg-type]
    assert cookie not in feed_store.read_feed(calls[0].reply).decode()  # type: ignore[arg-type]


def test_goods_offers_and_prices_come_whole(main: Node, shop: Node) -> None:
    fill(main)
    found = pieces(begin())
    assert told(found, NomenclatureItem)["i-0"] == NomenclatureItem("i-0", "Стул 0", article="А-1", section_id="g")
    assert costs(found) == {"i-0": 100, "i-1": 200, "i-2#red": 5, "i-2#blue": 5}
    assert told(found, Variant)["i-2#red"] == Variant("i-2#red", "i-2", "Стул red")
    assert not [entry.stocks for piece in found for entry in piece if entry.stocks], "stocks are the base's own business"


@pytest.mark.parametrize(("limit", "value"), [("PIECE_ROWS", 10), ("PIECE_CHARACTERS", 0), ("PIECE_CHARACTERS", 1000)])
@pytest.mark.parametrize("packages", [False, True])
def test_pieces_of_any_size_make_the_same_whole(
    main: Node, shop: Node, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, packages: bool
) -> None:
    fill(main, 25)
    for place in range(25):
        load(main, goods(item(f"i-{place}", f"Стул {place}", f"<Описание>{'д' * 300}</Описание>")))
    whole = pieces(begin())
    monkeypatch.setattr(give_catalog, limit, value)
    small = pieces(begin(parameters="&outputType=package" if packages else ""))
    assert (len(whole), len(small)) == (3, {10: 1 + 3 + 3, 0: 1 + 25 + 26, 1000: 1 + 13 + 13}[value])
    assert said(small) == said(whole)


def test_a_named_package_is_given_as_often_as_it_is_asked_for(main: Node, shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(give_catalog, "PIECE_ROWS", 10)
    fill(main, 25)
    base, number, seen = begin(parameters="&outputType=package"), "", []
    while (text := base.ask("query", f"&package={number}" if number else "")) != "finished=yes\n":
        if number and number != "0":  # the answer was lost: the same piece again, and the way goes on
            assert entries(base.ask("query", f"&package={number}")) == entries(text)
        number = text.partition('ПараметрПакета="')[2].partition('"')[0]
        seen.append(entries(text))
    assert set(told(seen, NomenclatureItem)) == {f"i-{place}" for place in range(25)}
    assert len(costs(seen)) == 26
    assert base.ask("query", f"&package={number}") == "finished=yes\n"


def test_rows_that_change_meanwhile_pass_nothing_over(main: Node, shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(give_catalog, "PIECE_ROWS", 10)
    fill(main, 25)
    base = begin()
    base.ask("query")
    first = entries(base.ask("query"))
    NomenclatureRow.objects.filter(xml_id="i-0").delete()
    load(main, goods(item("late", "Табурет")))
    rest = pieces(base)
    assert set(told([first, *rest], NomenclatureItem)) == {*(f"i-{place}" for place in range(25)), "late"}


# ------------------------------------------------------------------------------------------------------ what is not given


def test_its_own_goods_are_not_given_back(main: Node) -> None:
    other = make_node("shop", catalog_source=True, receives_catalog=True)
    load(main, goods(item("a")))
    load(other, goods(item("b")))
    assert set(told(pieces(begin()), NomenclatureItem)) == {"a"}


@pytest.mark.parametrize("change", [{"catalog_source": False}, {"active": False}])
def test_a_source_that_is_none_any_more_gives_nothing(main: Node, shop: Node, change: dict[str, bool]) -> None:
    fill(main)
    Node.objects.filter(pk=main.pk).update(**change)
    assert pieces(begin()) == [[]]


def test_marked_goods_come_with_their_mark_and_marked_groups_do_not(main: Node, shop: Node) -> None:
    fill(main)
    load(main, goods(item("i-0", "Стул 0", attributes=' Статус="Удален"')))
    SectionRow.objects.update(content={"section_id": "g", "name": "Мебель", "parent_id": "", "deletion_mark": True})
    found = pieces(begin())
    assert found[0] == []
    assert {one.item_id: (one.deletion_mark, one.section_id) for one in told(found, NomenclatureItem).values()} == {
        "i-0": (True, ""), "i-1": (False, ""), "i-2": (False, ""),
    }  # fmt: skip


def test_prices_and_variants_whose_item_has_not_come_wait(main: Node, shop: Node) -> None:
    load(main, offers(offer("x", price("5")), offer("y#1", price("5"), name="Стол 1"), head=KINDS))
    assert [piece for piece in pieces(begin()) if piece] == []


def test_an_item_with_variants_is_not_sold_itself(main: Node, shop: Node) -> None:
    fill(main)
    load(main, offers(offer("i-2", price("9")), head=KINDS))
    assert "i-2" not in costs(pieces(begin()))


# ----------------------------------------------------------------------------------------------------- what it is called


def test_goods_that_the_base_knows_bear_its_own_ids(main: Node, shop: Node) -> None:
    fill(main)
    match_item(shop, "own-0", "i-0")
    match_item(shop, "own-2#r", "i-2#red")
    found = pieces(begin())
    assert set(told(found, NomenclatureItem)) == {"own-0", "i-1", "own-2"}
    assert costs(found) == {"own-0": 100, "i-1": 200, "own-2#r": 5, "own-2#blue": 5}
    assert told(found, Variant)["own-2#r"].item_id == "own-2"


def test_goods_that_the_base_calls_otherwise_are_not_overwritten(main: Node, shop: Node) -> None:
    fill(main)
    match_item(make_node("third"), "i-1", "i-0")
    Node.objects.filter(code="third").update(receives_catalog=True)
    assert set(told(pieces(begin("third")), NomenclatureItem)) == {"i-1", "i-2"}
    assert told(pieces(begin("third")), NomenclatureItem)["i-1"].name == "Стул 0"


# ------------------------------------------------------------------------------------------------------------- refusals


def test_sessions_of_two_bases_do_not_disturb_each_other(main: Node, shop: Node) -> None:
    fill(main)
    make_node("third", receives_catalog=True)
    mine, other = begin(), begin("third")
    mine.ask("query")
    first = mine.ask("query")
    assert len(pieces(other)) == 3
    assert begin().ask("query").startswith("Из Узла выгружено ещё групп: 1."), "a new session begins anew"
    assert mine.ask("query").partition("<?xml")[0] == "Из Узла выгружено ещё предложений: 4."
    assert "i-0" in first
    other.cookie = mine.cookie
    assert other.ask("query").startswith("failure\nСеанс открыт другой базой.")


def test_a_base_without_the_right_reads_why(main: Node) -> None:
    make_node("shop")
    base = Talk(kind="get_catalog")
    assert base.ask("checkauth").startswith("failure\nЭтой базе каталог не отдаётся.")
    assert Call.objects.get().problem_code == "not_catalog_receiver"
    assert not ExchangeSession.objects.exists()


def test_a_right_taken_away_ends_the_session(main: Node, shop: Node) -> None:
    fill(main)
    base = begin()
    Node.objects.filter(pk=shop.pk).update(receives_catalog=False)
    assert base.ask("query").startswith("failure\nЭтой базе каталог не отдаётся.")


def test_a_call_from_a_page_in_a_browser_gets_nothing(main: Node, shop: Node) -> None:
    fill(main)
    base = begin()
    headers = {"Authorization": base.authorization, "Cookie": base.cookie, "Referer": "https://evil.example/"}
    said = Client(headers=headers).get(f"{base.path}?type=get_catalog&mode=query").content.decode()
    assert said.startswith("failure\nКаталог отдаётся только программе 1С")
    assert Call.objects.latest("pk").problem_code == "from_a_page"


@pytest.mark.parametrize(
    ("mode", "code"), [("query", "no_init"), ("success", "unknown_command"), ("import", "unknown_command")]
)
def test_a_wrong_order_is_refused(main: Node, shop: Node, mode: str, code: str) -> None:
    base = Talk(kind="get_catalog").open(sessid=False)
    assert base.ask(mode).startswith("failure\n")
    assert Call.objects.latest("pk").problem_code == code


def test_a_session_of_orders_is_none_of_the_catalogue(main: Node, shop: Node) -> None:
    base = Talk().open()
    base.kind = "get_catalog"
    assert base.ask("query").startswith("failure\nСеанс открыт для другого типа обмена.")


def test_answers_are_in_the_encoding_of_the_base(main: Node) -> None:
    make_node("shop", receives_catalog=True, encoding="windows-1251", profile="bitrix")
    load(main, goods(item("i", "Стул ☕")))
    base = begin()
    assert base.ask("query").startswith('Из Узла выгружено ещё групп: 0.<?xml version="1.0" encoding="windows-1251"?>')
    assert "Стул &#9749;" in base.ask("query")
