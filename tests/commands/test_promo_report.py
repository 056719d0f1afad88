"""``uzel promo report``: what promo codes have brought."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.flows.portal_town import ORDER, Hub, open_hub
from uzel.cli import main
from uzel.hub.models import OrderRow, PromoCodeRow
from uzel.hub.promo_report import PromoLine, counted, totals_by_source
from uzel.model.order import CANCELED

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        PromoCodeRow.objects.create(
            portal=found.portal, key="весна10", content={"code": "ВЕСНА10", "source": "блогер"}, entity_id=1
        )
        yield found


def other(number: int, **changes: Any) -> Any:
    return replace(ORDER, document_id=f"doc-{number}", number=f"A-{number}", **changes)


def report(captured: Captured, *words: str) -> list[dict[str, Any]]:
    captured.readouterr()
    assert main(("promo", "report", "--json", *words)) == 0
    return list(json.loads(captured.readouterr().out)["codes"])


def test_codes_bring_revenue_by_base_and_currency_and_canceled_orders_none(hub: Hub, capsys: Captured) -> None:
    hub.receive(
        ORDER,
        other(2, promo_code=" весна10 ", total=Decimal("0.10"), paid_by_bonus=Decimal("0.05")),
        other(3, status=CANCELED),
        other(4, deletion_mark=True),
        other(5, currency="USD", total=Decimal(7)),
        other(6, promo_code="ЗИМА", total=Decimal(5)),
        other(7, promo_code=""),
    )
    hub.drain()
    spring, dollars, winter = report(capsys)
    assert spring == {
        "code": "ВЕСНА10", "source": "блогер", "known": True, "node": "shop", "currency": "RUB", "orders": 4, "canceled": 2,
        "deals": 4, "revenue": "660.60", "paid_by_bonus": "0.05", "said": "",
    }  # fmt: skip
    assert (dollars["currency"], dollars["orders"], dollars["revenue"]) == ("USD", 1, "7.00")
    assert (winter["code"], winter["known"], winter["said"]) == ("зима", False, "нет в справочнике")


def test_the_columns_follow_the_order(hub: Hub, capsys: Captured) -> None:
    hub.receive(ORDER)
    hub.receive(replace(ORDER, promo_code="", total=Decimal(1)))
    assert report(capsys) == []
    hub.receive(replace(ORDER, total=Decimal(2)))
    assert [line["revenue"] for line in report(capsys)] == ["2.00"]


def test_a_period_and_a_base(hub: Hub, capsys: Captured) -> None:
    hub.receive(ORDER, other(2, date=dt.date(2026, 3, 5)))
    assert [line["orders"] for line in report(capsys, "--from", "2026-03-02")] == [1]
    assert [line["orders"] for line in report(capsys, "--until", "2026-03-01", "--node", "shop")] == [1]
    assert report(capsys, "--until", "2026-02-28") == []
    assert main(("promo", "report", "--from", "2026-03-02", "--until", "2026-03-01")) == 2
    assert main(("promo", "report", "--node", "nobody")) == 2


def test_a_spreadsheet_and_a_table(hub: Hub, capsys: Captured, tmp_path: Path) -> None:
    hub.receive(ORDER)
    assert main(("promo", "report", "--csv", str(tmp_path / "promo.csv"))) == 0
    head, line = (tmp_path / "promo.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head.split(";")[:3] == ["код", "откуда покупатели", "справочник"]
    assert line == "ВЕСНА10;блогер;;shop;1;0;0;660.50;0.00;RUB"
    assert main(("promo", "report")) == 0
    told = capsys.readouterr().out
    assert told.count("660.50") == 2
    assert "Итого по источникам" in told


def line_of(source: str, revenue: str, *, node: str = "shop", currency: str = "RUB", known: bool = True) -> PromoLine:
    return PromoLine("К", source, known, node, currency, 3, 1, 2, Decimal(revenue), Decimal("0.5"))


def test_sources_are_added_up_over_codes_and_bases_but_not_over_currencies() -> None:
    lines = [
        line_of("сайт", "1.10"), line_of("сайт", "2", node="arbat"), line_of("сайт", "7", currency="USD"), line_of("", "4"),
        line_of("", "5", known=False),
    ]  # fmt: skip
    found = [(one.source, one.known, one.currency, one.revenue) for one in totals_by_source(lines)]
    assert found == [
        ("", True, "RUB", Decimal(4)), ("сайт", True, "RUB", Decimal("3.10")), ("сайт", True, "USD", Decimal(7)),
        ("", False, "RUB", Decimal(5)),
    ]  # fmt: skip
    both = totals_by_source(lines)[1]
    assert (both.orders, both.canceled, both.deals, both.paid_by_bonus) == (6, 2, 4, Decimal("1.0"))


def test_a_script_gets_the_totals_too(hub: Hub, capsys: Captured) -> None:
    hub.receive(ORDER, other(2, promo_code="ЗИМА"))
    capsys.readouterr()
    assert main(("promo", "report", "--json")) == 0
    sources = json.loads(capsys.readouterr().out)["sources"]
    assert [(one["said"], one["revenue"]) for one in sources] == [("блогер", "660.50"), ("нет в справочнике", "660.50")]


def test_the_database_counts_out_of_one_index(hub: Hub) -> None:
    hub.receive(ORDER)
    row = hub.row()
    OrderRow.objects.bulk_create(
        OrderRow(node=hub.node, document_id=f"d{n}", merged=row.merged, promo_key="зима" if n % 20 == 0 else "")
        for n in range(4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE hub_orderrow")
    plan = counted([hub.node.pk], None, None).explain()
    assert "orders_by_promo_code" in plan
