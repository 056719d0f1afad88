"""``uzel promo nodes``."""

import json

import pytest

from tests.exchange.talk import make_node
from uzel.cli import main
from uzel.flows.promo.promo_delta import confirm
from uzel.hub.promo_book import Entry, keep_all
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db


def test_a_base_that_is_behind_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    shop, _ = make_node("shop"), make_node("arbat")
    make_node("closed", active=False)
    assert shop.portal
    codes = (PromoCode("Весна", active=True), PromoCode("Лето", active=True, nodes=("shop",)))
    keep_all(shop.portal, {code.key: Entry(code, 1) for code in codes})
    confirm(shop, 1)
    assert main(("promo", "nodes", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert [tuple(row.values()) for row in told] == [
        ("arbat", "Магазин arbat", None, 2, 1),
        ("shop", "Магазин shop", 1, 2, 1),
    ]
