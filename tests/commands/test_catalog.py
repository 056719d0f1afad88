"""``uzel catalog status`` and ``retry``."""

import json
from collections.abc import Iterator

import pytest

from tests.flows.catalogue import classifier, goods, item, load, offer, offers, price, price_type, row, section
from tests.flows.portal_town import Hub, open_hub
from uzel.cli import main
from uzel.flows.catalog import catalog_status
from uzel.hub import feed_store
from uzel.hub.models import CatalogPicture, NomenclatureRow, Package

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An item that the portal has, with a price; a marked one; one that was given up; a variant that waits."""
    with open_hub(catalog_source=True) as found:
        load(
            found.node,
            goods(item("i"), item("gone"), item("bad", "Стол"), classifier=classifier(f"<Группы>{section('g')}</Группы>")),
        )
        types = f"<ТипыЦен>{price_type('t')}</ТипыЦен>"
        load(found.node, offers(offer("i", price("10")), head=types))
        found.drain()
        load(found.node, goods(item("gone", "Стул", "<ПометкаУдаления>true</ПометкаУдаления>")))
        load(found.node, offers(offer("i#red", name="красный"), head=types))
        Package.objects.update(finished_at=found.now)
        NomenclatureRow.objects.filter(xml_id="bad").update(
            confirmed=0, attempts=6, problem_code="ACCESS_DENIED", problem="Портал не принял: нет доступа"
        )
        CatalogPicture.objects.create(node=found.node, name="import_files/a.png", feed=feed_store.store_bytes(b"a"))
        yield found


def told(capsys: Captured, *words: str) -> dict[str, object]:
    assert main(("catalog", "status", "--json", *words)) == 0
    (source,) = json.loads(capsys.readouterr().out)["sources"]
    return dict(source)


def test_the_status_counts_and_gives_reasons(hub: Hub, capsys: Captured) -> None:
    source = told(capsys, "--node", hub.node.code)
    names = ("sections", "items", "variants", "prices", "pictures", "active", "marked", "in_portal", "waits", "given_up")
    assert [source[name] for name in names] == [1, 3, 1, 1, 1, 3, 1, 3, 2, 1]
    assert source["reasons"] == {"Портал не принял: нет доступа": 1}
    assert source["rows"] == [
        {"kind": "item", "xml_id": "bad", "name": "Стол", "code": "ACCESS_DENIED", "reason": "Портал не принял: нет доступа"}
    ]
    assert main(("catalog", "status")) == 0
    printed = capsys.readouterr().out
    assert "Портал не принял: нет доступа" in printed
    assert "Остатки записываются" in printed
    assert "Запись того, что ждёт, займёт не меньше" in printed


def test_what_was_given_up_is_tried_again(hub: Hub, capsys: Captured) -> None:
    assert main(("catalog", "retry", "--node", hub.node.code)) == 0
    assert capsys.readouterr().out == "Снова будут записаны при следующем обмене: 1.\n"
    hub.drain()
    source = told(capsys)
    assert (source["waits"], source["given_up"], row("bad").confirmed) == (0, 0, row("bad").wanted)


def test_offers_whose_goods_never_came_are_counted_named_and_tied_when_they_come(hub: Hub, capsys: Captured) -> None:
    assert told(capsys)["lonely"] == 0
    types = f"<ТипыЦен>{price_type('t')}</ТипыЦен>"
    load(hub.node, offers(offer("x", price("10")), offer("y#blue", price("20"), name="синий"), head=types))
    source = told(capsys)
    assert (source["lonely"], source["waits"]) == (2, 2)
    assert source["lonely_rows"] == [{"xml_id": "x", "name": ""}, {"xml_id": "y#blue", "name": "синий"}]
    assert main(("catalog", "status")) == 0
    printed = capsys.readouterr().out
    assert f"{hub.node.code}: предложений без товара: 2." in printed
    assert "y#blue" in printed
    load(hub.node, goods(item("x"), item("y")))
    for _ in range(3):
        hub.drain()
    assert told(capsys)["lonely"] == 0
    assert (row("x").entity_id is not None, row("y#blue").entity_id is not None) == (True, True)
    amounts = {float(one["price"]) for one in hub.emulator.state()["prices"]}
    assert {10.0, 20.0} <= amounts


def test_of_many_offers_without_goods_the_first_are_named(hub: Hub, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_status, "LONELY_LIMIT", 1)
    load(hub.node, offers(offer("x", price("10")), offer("z", price("20"))))
    assert main(("catalog", "status")) == 0
    printed = capsys.readouterr().out
    assert "предложений без товара: 2." in printed
    assert "Первые 1:" in printed


def test_a_portal_without_sources_says_so(capsys: Captured) -> None:
    with open_hub():
        assert main(("catalog", "status")) == 2
    assert "источников каталога нет" in capsys.readouterr().err
