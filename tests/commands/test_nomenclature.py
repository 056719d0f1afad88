"""``uzel nomenclature report`` and ``match``."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.flows.portal_town import ORDER, TEA, Hub, moved, open_hub
from uzel.cli import main
from uzel.hub.models import NomenclatureMatch, NomenclatureRow
from uzel.model import OrderLine

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]
LAMP = OrderLine("lamp-of-shop", "Лампа", Decimal(1), Decimal(500), Decimal(500), article="Л-1")


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An order with a row found by its article and a row that nothing was found for."""
    with open_hub(catalog_source=True) as found:
        found.emulator.add_product(501, "Чай чёрный")
        found.emulator.add_product(502, "Лампа настольная")
        put(found, "tea-main", 501, article="Ч-1")
        put(found, "lamp-main", 502)
        found.receive(moved(ORDER, lines=(replace(TEA, item_id="tea-of-shop", article="Ч-1"), LAMP)))
        found.drain()
        yield found


def put(hub: Hub, xml_id: str, product_id: int, **fields: str) -> None:
    NomenclatureRow.objects.create(
        portal=hub.portal,
        node=hub.node,
        xml_id=xml_id,
        entity_id=product_id,
        content={"item_id": xml_id, "name": xml_id},
        confirmed=1,
        **fields,
    )


def products(hub: Hub) -> list[int]:
    return [row["productId"] for row in hub.deals()[0]["rows"]]


def test_the_report_counts_and_lists(hub: Hub, capsys: Captured) -> None:
    assert main(("nomenclature", "report", "--json")) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["node"], told["matched"], told["unmatched"]) == ("shop", {"article": 1}, {"missing": 1})
    (waiting,) = told["waiting"]
    assert (waiting["item_id"], waiting["article"], waiting["orders"], waiting["numbers"]) == (
        "lamp-of-shop",
        "Л-1",
        1,
        ["A-1"],
    )
    assert told["drifted"] == []
    NomenclatureRow.objects.filter(xml_id="tea-main").update(article="Ч-2")
    assert main(("nomenclature", "report", "shop", "--json")) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["drifted"] == [{"item_id": "tea-of-shop", "said": "Ч-1", "product": "tea-main", "now": "Ч-2"}]
    assert main(("nomenclature", "report")) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("по артикулу", "lamp-of-shop", "нет такого товара", "Ч-2"))


def test_a_match_by_hand_ties_the_rows_that_wait(hub: Hub, capsys: Captured) -> None:
    assert products(hub) == [501, 0]
    assert main(("nomenclature", "match", "shop", "lamp-of-shop", "lamp-main")) == 0
    assert "получат товар: 1" in capsys.readouterr().out
    hub.drain()
    assert products(hub) == [501, 502]
    match = NomenclatureMatch.objects.get(item_id="lamp-of-shop")
    assert (match.way, match.decision) == ("hand", "так указал человек")
    assert main(("nomenclature", "match", "shop", "lamp-of-shop", "--forget")) == 0
    assert not NomenclatureMatch.objects.filter(item_id="lamp-of-shop").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("shop", "lamp-of-shop", "nothing"), "нет товара с Ид nothing"),
        (("shop", "lamp-of-shop", "tea-main"), "есть характеристики"),
        (("shop", "lamp-of-shop", "--forget"), "ничего не указано"),
        (("shop", "lamp-of-shop"), "укажите Ид товара"),
        (("nowhere", "lamp-of-shop", "lamp-main"), "нет базы с кодом «nowhere»"),
    ],
)
def test_what_cannot_be_matched_is_refused_in_words(hub: Hub, capsys: Captured, words: tuple[str, ...], reason: str) -> None:
    NomenclatureRow.objects.create(portal=hub.portal, node=hub.node, xml_id="tea-main#red", parent="tea-main", content={})
    assert main(("nomenclature", "match", *words)) == 2
    assert reason in capsys.readouterr().err


def test_goods_with_a_product_of_their_own_take_no_other(hub: Hub, capsys: Captured) -> None:
    assert main(("nomenclature", "match", "shop", "lamp-main", "tea-main")) == 2
    assert "под этим же Ид" in capsys.readouterr().err
    assert not NomenclatureMatch.objects.filter(item_id="lamp-main").exists()


def test_the_table_of_a_base_goes_out_and_comes_back(hub: Hub, capsys: Captured, tmp_path: Path) -> None:
    sheet = tmp_path / "goods.csv"
    assert main(("nomenclature", "export", "shop", str(sheet))) == 0
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("lamp-of-shop;;", "lamp-of-shop;lamp-main;"), encoding="utf-8")
    capsys.readouterr()
    assert main(("nomenclature", "import", "shop", str(sheet), "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"matched": 1, "unchanged": 1, "left": 0, "orders": 1, "refused": []}
    hub.drain()
    assert products(hub) == [501, 502]
    sheet.write_text("ид в базе;ид в каталоге\nlamp-of-shop;нет\n", encoding="utf-8")
    assert main(("nomenclature", "import", "shop", str(sheet))) == 2
    said = capsys.readouterr()
    assert ("В каталоге нет товара" in said.out, "строк не принято: 1" in said.err) == (True, True)
    assert main(("nomenclature", "import", "shop", str(tmp_path / "none.csv"))) == 2
