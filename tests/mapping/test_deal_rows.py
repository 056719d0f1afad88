"""Rows of a deal and the products they name, by values."""

from dataclasses import replace
from decimal import Decimal

from uzel.bitrix24.entities.product_row import DealRow
from uzel.mapping.deal_rows import Retie, lines_seen_in, reties, row_of, tied
from uzel.mapping.goods import Goods, Match, Origin, Product, Way
from uzel.model import OrderLine

TEA = OrderLine("tea", "Чай", Decimal(2), Decimal(100), Decimal(200))
RED = OrderLine("cup#red", "Кружка", Decimal(1), Decimal(300), Decimal(300))
BLUE = replace(RED, item_id="cup#blue")
LINES = (TEA, RED)
FREE = tuple(map(row_of, LINES))
MATCHES = {
    "tea": Match(Product(1, "t", 9, product_id=101), Way.HAND),
    "cup#red": Match(Product(2, "r", 9, product_id=102), Way.HAND),
}
KNOWN = Goods(1, True, matches=MATCHES, ours=frozenset((101, 102)), origins={103: Origin("milk", "М-1")})
TIED = (replace(FREE[0], product_id=101, row_id=7), replace(FREE[1], product_id=102, row_id=8))


def test_rows_get_their_products_and_nothing_else() -> None:
    assert tied(FREE, LINES, (), (), KNOWN) == TIED
    assert [replace(row, product_id=0) for row in tied(FREE, LINES, (), (), KNOWN)] == list(FREE)


def test_a_row_that_we_cannot_tie_keeps_what_a_manager_found() -> None:
    shown = (replace(FREE[0], product_id=555), FREE[1])
    more = (replace(TEA, quantity=Decimal(5)), RED)
    assert [row.product_id for row in tied(FREE, more, shown, LINES, Goods())] == [555, 0]


def test_a_product_of_a_managers_own_stays_and_one_of_ours_yields() -> None:
    for there, wanted in ((555, 555), (102, 101), (0, 101)):
        shown = (replace(FREE[0], product_id=there), FREE[1])
        assert tied(FREE, LINES, shown, LINES, KNOWN)[0].product_id == wanted


def test_a_product_does_not_pass_to_other_goods_of_the_same_name() -> None:
    (row,) = tied((row_of(BLUE),), (BLUE,), (TIED[1],), (RED,), KNOWN)
    assert row.product_id == 0


def test_where_the_portal_refuses_products_all_rows_are_free() -> None:
    assert tied(FREE, LINES, TIED, LINES, replace(KNOWN, refused=True)) == FREE


def test_only_what_lacks_a_product_is_tied() -> None:
    shown = (TIED[0], replace(TIED[1], product_id=0))
    assert list(reties(TIED, shown)) == [Retie(8, 102, "Кружка")]
    assert list(reties(TIED, TIED)) == []
    assert list(reties(FREE, TIED)) == [], "nothing is ever untied"
    assert list(reties(TIED, (FREE[0],))) == [], "a row whose id is not known waits for the next write"


def test_a_tie_of_ours_is_nobodys_edit() -> None:
    assert lines_seen_in(TIED, FREE, LINES, KNOWN) == LINES


def test_a_row_that_keeps_its_product_keeps_its_goods_under_any_name() -> None:
    renamed = (replace(TIED[0], name="Чай чёрный"), TIED[1])
    assert lines_seen_in(renamed, TIED, LINES, KNOWN) == (replace(TEA, name="Чай чёрный"), RED)


def test_a_product_that_a_manager_added_is_the_bases_goods() -> None:
    row = DealRow("Молоко", Decimal(80), Decimal(3), product_id=103)
    *_, added = lines_seen_in((*TIED, row), TIED, LINES, KNOWN)
    assert added == OrderLine("milk", "Молоко", Decimal(3), Decimal("80.00"), Decimal("240.00"), Decimal("0.00"), article="М-1")


def test_a_product_chosen_instead_of_another_is_other_goods() -> None:
    instead = (replace(TIED[0], name="Молоко", product_id=103), TIED[1])
    assert [line.item_id for line in lines_seen_in(instead, TIED, LINES, KNOWN)] == ["milk", "cup#red"]
    same_name = (replace(TIED[0], product_id=103), TIED[1])
    assert [line.item_id for line in lines_seen_in(same_name, TIED, LINES, KNOWN)] == ["milk", "cup#red"]


def test_a_free_row_of_a_manager_stays_a_text() -> None:
    *_, added = lines_seen_in((*TIED, DealRow("Упаковка", Decimal(50), Decimal(1))), TIED, LINES, KNOWN)
    assert (added.item_id, added.name) == ("", "Упаковка")
