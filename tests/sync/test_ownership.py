"""Who owns what: the standard table, the posted rule, and above them the node's own."""

import pytest

from uzel.sync.ownership import OWNED_WHEN_POSTED, STANDARD, Owner, ownership, unknown_rows


def test_what_only_1c_can_know_is_the_nodes() -> None:
    table = ownership({}, posted=False)
    assert {field for field, owner in table.items() if owner is Owner.NODE} == {
        "number", "date", "time", "number_in_node", "date_in_node", "currency", "posted", "deletion_mark", "paid", "shipped",
        "settlements",
    }  # fmt: skip
    assert table["goods"] is Owner.MERGE


def test_a_posted_document_owns_its_goods_unless_the_node_says_otherwise() -> None:
    assert [ownership({}, posted=True)[field] for field in OWNED_WHEN_POSTED] == [Owner.NODE]
    assert ownership({"goods": "merge"}, posted=True)["goods"] is Owner.MERGE


def test_a_node_names_its_own_owners() -> None:
    table = ownership({"comment": "portal", "status": "node"}, posted=False)
    assert (table["comment"], table["status"], table["goods"]) == (Owner.PORTAL, Owner.NODE, Owner.MERGE)
    assert table.keys() == STANDARD.keys()


@pytest.mark.parametrize(
    ("table", "wrong"),
    [({"comment": "portal"}, []), ({"comment": "1C", "colour": "node"}, ["comment=1C", "colour=node"]), ({}, [])],
)
def test_rows_that_cannot_be(table: dict[str, str], wrong: list[str]) -> None:
    assert unknown_rows(table) == wrong


def test_all_of_a_closed_order_is_the_nodes_whatever_its_table_says() -> None:
    table = ownership({"comment": "portal"}, posted=False, closed=True)
    assert set(table.values()) == {Owner.NODE}
    assert table.keys() == STANDARD.keys()
