"""The bench of killed workers: a short one in the suite, and its judge must be able to find fault."""

import pytest

from bench.kills import judge, main
from bench.made_orders import make_base, make_orders


def test_killed_workers_lose_double_and_leave_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--kills", "4"]) == 0
    assert "4 kills -9, 3 workers" in capfd.readouterr().out


def test_the_judge_finds_what_is_lost_doubled_and_different() -> None:
    base = make_base()
    lost, doubled, different, bare = make_orders(base, 4)
    orders = {order.document_id: order for order in (lost, doubled, different, bare)}
    deal = {"originatorId": "uzel:bench", "originId": doubled.document_id, "opportunity": float(doubled.total)}
    deals = [deal | {"comments": doubled.comment}] * 2
    deals.append(deals[0] | {"originId": different.document_id, "opportunity": 1.0, "comments": different.comment})
    deals.append(
        deals[0] | {"originId": bare.document_id, "opportunity": float(bare.total), "comments": bare.comment, "rows": []}
    )
    deals.append(deals[0] | {"originId": "nobody"})
    contact = {"fm": [{"typeId": "PHONE", "value": "+79160000001"}]}
    found = list(judge({"deals": deals, "contacts": [contact, contact]}, orders))
    assert [problem.split(": ")[-1].split(", not")[0] for problem in found] == [
        "0 deals",
        "2 deals",
        f"1.0 {different.comment!r}",
        "rows []",
        "nobody",
        "2 contacts with +79160000001",
    ]
