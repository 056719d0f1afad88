"""A table of the catalogue by values: order, groups, indexes, and that a change leaves nothing stale."""

from uzel.emulators.bitrix24_portal.catalog.table import Table


def filled() -> Table:
    table = Table(("xmlId",), ("block",))
    for number in range(1, 6):
        table.add({"xmlId": f"Guid-{number}", "block": number % 2})
    return table


def test_order_and_groups() -> None:
    table = filled()
    assert (table.ids(), table.ids("block", 1), table.ids("block", 7)) == ([1, 2, 3, 4, 5], [1, 3, 5], [])
    table.put({"id": 100, "xmlId": "late", "block": 0})
    table.put({"id": 50, "xmlId": "middle", "block": 0})
    assert [entry["id"] for entry in table][-2:] == [50, 100]
    assert table.add({"xmlId": "next", "block": 0})["id"] == 101


def test_a_change_moves_an_entry_between_groups_and_keys() -> None:
    table = filled()
    table.put({"id": 3, "xmlId": "new", "block": 0})
    assert (table.ids("block", 1), table.ids("block", 0)) == ([1, 5], [2, 3, 4])
    assert (table.equal("xmlId", ["Guid-3"]), table.equal("xmlId", ["NEW"]), len(table)) == ([], [3], 5)


def test_found_without_regard_to_case_but_had_exactly() -> None:
    table = filled()
    assert table.equal("xmlId", ["guid-2", "GUID-1", "none"]) == [1, 2]
    assert table.having("xmlId", "guid-2") == []
    assert [entry["id"] for entry in table.having("xmlId", "Guid-2")] == [2]


def test_what_is_deleted_is_nowhere() -> None:
    table = filled()
    table.remove(3)
    table.remove(77)
    assert (table.get(3), table.ids("block", 1), table.equal("xmlId", ["Guid-3"])) == (None, [1, 5], [])
    assert table.add({"xmlId": "", "block": 1})["id"] == 6
