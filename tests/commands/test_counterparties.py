"""``uzel counterparty explain`` and the buyer's line of ``uzel orders show``."""

import json

import pytest

from tests.exchange.talk import make_node
from tests.flows.staff.test_map_employee import in_both
from uzel.cli import main
from uzel.hub.models import CounterpartyBinding, OrderRow

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def order() -> OrderRow:
    shop = make_node("shop")
    assert shop.portal is not None
    client = CounterpartyBinding.objects.create(
        portal=shop.portal,
        node=shop,
        key="g-1",
        kind="contact",
        entity_id=15,
        decision="найден по ИНН",
        shown={"name": "Иванова"},
    )
    return in_both(shop, "A-1", client=client)


@pytest.mark.parametrize("what", ["g-1", "A-1", "15"])
def test_a_decision_is_told_by_whatever_one_knows(capsys: Captured, what: str) -> None:
    assert main(("counterparty", "explain", "shop", what)) == 0
    assert "найден по ИНН" in capsys.readouterr().out
    assert main(("counterparty", "explain", "shop", what, "--json")) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["key"], told["kind"], told["entity_id"], told["name"]) == ("g-1", "contact", 15, "Иванова")


@pytest.mark.parametrize(("node", "word"), [("shop", "никто не найден"), ("none", "нет базы")])
def test_who_is_not_there(capsys: Captured, node: str, word: str) -> None:
    assert main(("counterparty", "explain", node, "99999999999999999999")) == 2
    assert word in capsys.readouterr().err


def test_an_order_tells_who_its_buyer_is(capsys: Captured) -> None:
    assert main(("orders", "show", "shop", "A-1")) == 0
    assert "Покупатель в портале: контакт 15 — найден по ИНН" in capsys.readouterr().out
    assert main(("orders", "show", "shop", "A-1", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["client"]["decision"] == "найден по ИНН"
