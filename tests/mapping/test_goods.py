"""A row of an order finds its product, by values."""

from dataclasses import replace
from decimal import Decimal

import pytest

from uzel.mapping.goods import Goods, Match, Origin, Product, Reason, Tie, Way, identified, new_matches, tie
from uzel.model import OrderLine

SOURCE, OTHER = 1, 2  # bases
GUID, VARIANT = "0b7e2f1c-9a53-4c4e-8f5e-0a4b1f6c1001", "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1002"
TEA = Product(11, "tea", SOURCE, article="Ч-1", barcode="4600000000011", product_id=101)
CUP = Product(12, "cup", SOURCE, article="К-1", product_id=102)
RED = Product(13, "cup#red", SOURCE, "cup", article="К-1", barcode="4600000000028", product_id=103)
BLUE = Product(14, "cup#blue", SOURCE, "cup", article="К-1", barcode="4600000000035", product_id=104)
BOX = Product(15, GUID, SOURCE, article="КР-7", product_id=105)
ALL = (TEA, CUP, RED, BLUE, BOX)


def line(item_id: str = "", article: str = "", barcode: str = "", name: str = "Товар") -> OrderLine:
    return OrderLine(item_id, name, Decimal(1), Decimal(10), Decimal(10), article=article, barcode=barcode)


def goods(*products: Product, node: int = OTHER, matches: dict[str, Match] | None = None, **more: object) -> Goods:
    """All that the catalogue knows, whatever is asked."""
    known = Goods(
        node, True, {one.xml_id: one for one in products}, matches or {},
        {word: [one for one in products if one.article == word] for word in {one.article for one in products}},
        {word: [one for one in products if one.barcode == word] for word in {one.barcode for one in products}},
        frozenset(one.parent for one in products if one.parent), frozenset(one.product_id for one in products),
    )  # fmt: skip
    return replace(known, **more)  # type: ignore[arg-type]


EVERYTHING = goods(*ALL)
AT_SOURCE = goods(*ALL, node=SOURCE)
BY_HAND = {"77": Match(TEA, Way.HAND)}
KEPT = {"77": Match(TEA, Way.ARTICLE, "Ч-1")}


@pytest.mark.parametrize(
    ("case", "row", "known", "product", "way"),
    [
        ("the source's own id", line("tea"), AT_SOURCE, TEA, Way.ID),
        ("a base that shares ids", line(GUID), EVERYTHING, BOX, Way.ID),
        ("an id that every base may have means nothing", line("tea", article="КР-7"), EVERYTHING, BOX, Way.ARTICLE),
        ("the id before the table", line(GUID), goods(*ALL, matches={GUID: Match(TEA, Way.HAND)}), BOX, Way.ID),
        ("the table before the words", line("77", "КР-7"), goods(*ALL, matches=BY_HAND), TEA, Way.HAND),
        ("what was found once stands", line("77", "КР-7"), goods(*ALL, matches=KEPT), TEA, Way.ARTICLE),
        ("an article of one product", line("77", "Ч-1"), EVERYTHING, TEA, Way.ARTICLE),
        ("a barcode of one product", line("77", "", "4600000000028"), EVERYTHING, RED, Way.BARCODE),
        ("words without an id", line("", "Ч-1"), EVERYTHING, TEA, Way.ARTICLE),
        ("an article that the catalogue does not know", line("77", "Ы", "4600000000011"), EVERYTHING, TEA, Way.BARCODE),
        ("a barcode tells variants of one article apart", line("77", "К-1", "4600000000035"), EVERYTHING, BLUE, Way.BARCODE),
        ("a variant by its whole id", line("cup#red"), AT_SOURCE, RED, Way.ID),
        ("the barcode of a variant, the id of its item", line("cup", "", "4600000000028"), AT_SOURCE, RED, Way.BARCODE),
        ("an article shared with the only variant is the variant's", line("77", "К-1"), goods(CUP, RED), RED, Way.ARTICLE),
    ],
)  # fmt: skip
def test_the_first_way_that_finds_one_holds(case: str, row: OrderLine, known: Goods, product: Product, way: Way) -> None:
    assert tie(row, known) == Tie(product, way), case


CUP_BY_HAND = {"77": Match(CUP, Way.HAND)}
TWIN = replace(TEA, key=21, xml_id="tea-2", product_id=121)


@pytest.mark.parametrize(
    ("case", "row", "known", "reason"),
    [
        ("nobody knows it", line("77", "Ы", "1"), EVERYTHING, Reason.MISSING),
        ("the id of another base's goods", line("tea"), EVERYTHING, Reason.MISSING),
        ("two products of one article", line("77", "Ч-1"), goods(TEA, TWIN), Reason.AMBIGUOUS),
        ("article and barcode disagree", line("77", "Ч-1", "4600000000028"), EVERYTHING, Reason.AMBIGUOUS),
        ("an item that has variants", line("cup"), AT_SOURCE, Reason.AMBIGUOUS),
        ("an article of an item with variants", line("77", "К-1"), EVERYTHING, Reason.AMBIGUOUS),
        ("a matched item that has variants now", line("77"), goods(*ALL, matches=CUP_BY_HAND), Reason.AMBIGUOUS),
        ("marked for deletion", line("77", "Ч-1"), goods(replace(TEA, active=False)), Reason.MISSING),
        ("a variant that the catalogue does not have", line("cup#green"), AT_SOURCE, Reason.MISSING),
        ("known, not in the portal", line("77", "Ч-1"), goods(replace(TEA, product_id=0)), Reason.NOT_YET),
        ("refused by the portal", line("77", "Ч-1"), replace(EVERYTHING, refused=True), Reason.REFUSED),
    ],
)  # fmt: skip
def test_why_a_row_is_tied_to_nothing(case: str, row: OrderLine, known: Goods, reason: Reason) -> None:
    found = tie(row, known)
    assert (found.reason, found.product_id) == (reason, 0), case


def test_of_two_bearers_the_one_in_use_is_meant() -> None:
    assert tie(line("77", "Ч-1"), goods(TEA, replace(TWIN, active=False))).product == TEA


@pytest.mark.parametrize("row", [line("ORDER_DELIVERY", "Ч-1"), line("")])
def test_a_delivery_and_a_text_are_no_goods(row: OrderLine) -> None:
    assert tie(row, EVERYTHING) == Tie()


def test_without_a_catalogue_nothing_is_missing() -> None:
    assert tie(line("77", "Ч-1"), Goods()) == Tie()


def test_what_was_found_is_kept_with_the_word_by_which() -> None:
    found = new_matches([line("77", "Ч-1"), line(GUID), line("78", "Ы"), line("", "КР-7")], EVERYTHING)
    assert found == {"77": Match(TEA, Way.ARTICLE, "Ч-1"), GUID: Match(BOX, Way.ID)}


def test_a_match_that_says_nothing_new_is_not_kept_again() -> None:
    assert new_matches([line("77", "Ч-1"), line("77")], goods(*ALL, matches=KEPT)) == {}


def test_the_word_of_a_person_is_changed_by_nobody_else() -> None:
    assert new_matches([line(GUID)], goods(*ALL, matches={GUID: Match(TEA, Way.HAND)})) == {}


def test_a_base_that_renames_an_article_keeps_its_product_and_the_table_hears_it() -> None:
    renamed = new_matches([line("77", "КР-7")], goods(*ALL, matches=KEPT))
    assert renamed == {"77": Match(TEA, Way.ARTICLE, "КР-7")}


ORIGINS = {101: Origin("own-tea", "Ч-1", "46", "166", "кг"), 102: Origin("", "К-1"), 103: Origin("own-red")}


@pytest.mark.parametrize(
    ("case", "before", "product", "was", "after"),
    [
        ("untouched", line("x"), 101, 101, line("x")),
        ("untied by hand", line("x"), 0, 101, line("x")),
        ("our own tie that has landed", line("77", "Ч-1"), 101, 0, line("77", "Ч-1")),
        ("a product of nobody's", line("x"), 999, 0, line("x")),
        ("a product whose name in the base is not known", line("x"), 102, 0, line("x")),
        ("the same for a row that was nothing", line(""), 102, 0, line("", "К-1")),
        ("other goods", line("x", "Ы"), 103, 0, line("own-red")),
    ],
)
def test_whose_goods_a_row_is_after_its_product_changed(
    case: str, before: OrderLine, product: int, was: int, after: OrderLine
) -> None:
    assert identified(before, product, was, replace(EVERYTHING, origins=ORIGINS)) == after, case


def test_the_measure_is_named_as_in_the_catalogue_if_it_is_that() -> None:
    known = replace(EVERYTHING, origins=ORIGINS)
    kilograms = identified(replace(line(""), measure_code="166", measure_name="шт"), 101, 0, known)
    assert (kilograms.item_id, kilograms.barcode, kilograms.measure_name) == ("own-tea", "46", "кг")
    assert identified(line(""), 101, 0, known).measure_name == "шт"
