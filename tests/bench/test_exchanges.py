"""The bench of bases that exchange at once: a few in the suite, and its judge must be able to find fault."""

import pytest

from bench.exchanges import PROFILES, judge, main
from bench.made_orders import make_base, make_orders


@pytest.mark.timeout(300)  # three processes, a portal and a database begin first
def test_bases_exchange_at_once_without_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--bases", str(len(PROFILES)), "--seconds", "2"]) == 0
    printed = capfd.readouterr().out
    assert "orders lost, doubled, waiting    0    0    0" in printed
    modes = {line.split()[0] for line in printed.splitlines()[2:]}
    assert {"checkauth", "init", "query", "success", "file", "import"} <= modes


def test_the_judge_finds_what_is_lost_doubled_and_nobodys() -> None:
    lost, doubled, there = make_orders(make_base(), 3)
    orders = {order.document_id: order for order in (lost, doubled, there)}
    assert judge({doubled.document_id: 2, there.document_id: 1, "nobody": 1}, orders) == (1, 2)
    assert judge(dict.fromkeys(orders, 1), orders) == (0, 0)
