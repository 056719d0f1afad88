"""The bench of load: a small one with all three, and its judge must be able to find fault."""

import pytest

from bench.load import Judgement, judge, main
from bench.made_orders import make_base, make_orders


def test_all_three_do_the_work(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--new", "3", "--updates", "4", "--speed", "100", "--rivals-part", "1"]) == 0
    printed = capfd.readouterr().out
    assert printed.count("lost, doubled                    0      0") == 3
    assert printed.count("not changed, without rows        0      0") == 3
    side_by_side = [line.split() for line in printed.splitlines()[-3:]]
    assert [(words[0], words[1], words[4:]) for words in side_by_side] == [
        (who, "1/1", ["0", "0", "0", "0", "0", "0"]) for who in ("hub", "fast-bitrix24", "loop")
    ]


def test_the_judge_finds_what_is_lost_doubled_stale_and_bare() -> None:
    base = make_base()
    lost, doubled, bare, stale = make_orders(base, 4)
    deals = [{"originId": order.document_id, "comments": order.comment, "rows": [1]} for order in (doubled, doubled)]
    deals += [
        deals[0] | {"originId": bare.document_id, "rows": []},
        deals[0] | {"originId": stale.document_id, "comments": "?"},
    ]
    contacts = [{"fm": [{"typeId": "PHONE", "value": phone}]} for phone in ("1", "2", "2", "2")]
    found = judge({"deals": deals, "contacts": contacts}, [lost, doubled, bare], [stale])
    assert found == Judgement(lost=1, doubled=1 + 2, stale=1, bare=1)
