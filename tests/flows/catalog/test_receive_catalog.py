"""A catalogue comes in: rows, outcomes, and that only what really changed is due."""

import runpy
import threading
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.commerceml.samples import SAMPLES
from tests.exchange.talk import make_node, order, package
from tests.flows.catalogue import (
    classifier,
    counts,
    due,
    goods,
    item,
    load,
    offer,
    offers,
    price,
    price_type,
    quantity,
    root,
    row,
    section,
    shown,
    state,
    waiting,
)
from tests.flows.due_orders import NOW
from uzel.flows.catalog import receive_catalog as receiving
from uzel.flows.catalog.catalog_book import CatalogBook
from uzel.flows.catalog.receive_catalog import NOTES_LIMIT, receive_catalog
from uzel.flows.files.receive_package import progress_of
from uzel.hub import feed_store
from uzel.hub.models import CatalogNote, Node, NomenclatureRow, OrderRow, Package, PriceTypeRow, SectionRow, SourceWord

pytestmark = pytest.mark.django_db
State = Package.State
DELETED = ' Статус="Удален"'
EVERYTHING = goods(
    item("i-1", "Стул", "<Артикул>С-1</Артикул><Штрихкод>46</Штрихкод><Группы><Ид>s-2</Ид></Группы>"),
    item("i-2", "Стол"),
    classifier=classifier(f"<Группы>{section('s-1', 'Мебель', section('s-2', 'Стулья'))}</Группы>"),
)
OFFERS = offers(
    offer("i-1", price("100") + quantity("5")),
    offer("i-2#red", price("200") + quantity("1"), name="Стол (красный)"),
    head=f"<ТипыЦен>{price_type()}</ТипыЦен><Склады><Склад><Ид>w</Ид><Наименование>Склад</Наименование></Склад></Склады>",
)


@pytest.fixture
def shop() -> Node:
    return make_node("shop", catalog_source=True)


def test_goods_become_rows(shop: Node) -> None:
    made = load(shop, EVERYTHING)
    assert (made.state, made.catalog) == (State.DONE, {"section": {"created": 2}, "item": {"created": 2}})
    chair = row("i-1")
    assert (chair.name, chair.article, chair.barcode, chair.parent, chair.active) == ("Стул", "С-1", "46", "", True)
    assert (chair.content["section_id"], chair.node, chair.package, chair.wanted) == ("s-2", shop, made, 1)
    assert SectionRow.objects.get(xml_id="s-2").content["parent_id"] == "s-1"


def test_offers_bring_prices_stocks_and_variants(shop: Node) -> None:
    load(shop, EVERYTHING)
    made = load(shop, OFFERS)
    assert made.catalog == {
        "price_type": {"created": 1}, "warehouse": {"created": 1}, "offer": {"changed": 1, "created": 1},
    }  # fmt: skip
    assert (row("i-1").prices, row("i-1").stocks) == ({"t": ["100", "RUB"]}, {"": "5"})
    red = row("i-2#red")
    assert (red.parent, red.name, red.prices, red.wanted) == ("i-2", "Стол (красный)", {"t": ["200", "RUB"]}, 1)
    assert PriceTypeRow.objects.get().content["name"] == "Розничная"
    assert SourceWord.objects.get().content == {"warehouse_id": "w", "name": "Склад", "deletion_mark": False}


def test_the_same_files_again_change_nothing(shop: Node) -> None:
    load(shop, EVERYTHING)
    load(shop, OFFERS)
    shown()
    before = state()
    again = [load(shop, EVERYTHING), load(shop, OFFERS)]
    assert [counts(made) for made in again] == [{"unchanged": 4}, {"unchanged": 4}]
    assert (due(), state()) == (set(), before)
    assert {wanted for model in (SectionRow, PriceTypeRow) for (wanted,) in model.objects.values_list("wanted")} == {1}


def test_a_second_load_asks_by_the_chunk_and_writes_no_row(shop: Node, django_assert_max_num_queries: Any) -> None:
    data = goods(*(item(f"i-{n}") for n in range(300)))
    load(shop, data)
    made = waiting(shop, data)
    with django_assert_max_num_queries(20) as asked:
        receive_catalog(made.pk, NOW)
    assert not [query for query in asked.captured_queries if "hub_nomenclaturerow" in query["sql"] and "UPDATE" in query["sql"]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (goods(item("i-1", "Стул новый"), item("i-2", "Стол")), {"i-1"}),
        (offers(offer("i-1", price("101"))), {"i-1"}),
        (offers(offer("i-1", price("100", currency="<Валюта>USD</Валюта>"))), {"i-1"}),
        (offers(offer("i-1", price("100.00") + quantity("5.0"))), set()),
        (offers(offer("i-1", price("90", "t-2"))), {"i-1"}),
        (offers(offer("i-2#red", quantity("0"))), {"i-2#red"}),
        (offers(offer("i-2#red", name="Стол (алый)")), {"i-2#red"}),
        (goods(item("i-2", "Стол большой")), {"i-2", "i-2#red"}),
        (goods(item("i-2", "Стол", "<Описание>Дуб</Описание>")), {"i-2"}),
        (offers(), set()),
    ],
)
def test_only_what_changed_is_due(shop: Node, data: bytes, expected: set[str]) -> None:
    load(shop, EVERYTHING)
    load(shop, OFFERS)
    shown()
    load(shop, data)
    assert due() == expected


def test_what_is_not_mentioned_stays(shop: Node) -> None:
    load(shop, EVERYTHING)
    load(shop, goods(item("i-1", "Стул", "<Артикул/>")))
    assert (row("i-1").article, row("i-1").barcode, row("i-1").content["section_id"]) == ("", "46", "s-2")
    assert row("i-2").active, "absence is not deletion"


def test_a_price_of_another_type_stays(shop: Node) -> None:
    load(shop, OFFERS)
    load(shop, offers(offer("i-1", price("90", "t-2"))))
    assert row("i-1").prices == {"t": ["100", "RUB"], "t-2": ["90", "RUB"]}


def test_a_deletion_mark_deactivates(shop: Node) -> None:
    load(shop, EVERYTHING)
    shown()
    made = load(shop, goods("<Товар Статус='Удален'><Ид>i-1</Ид></Товар>"))
    gone = row("i-1")
    assert (counts(made), gone.active, gone.name, due()) == ({"changed": 1}, False, "Стул", {"i-1"})
    load(shop, EVERYTHING)
    assert row("i-1").active


def test_what_was_deleted_before_it_was_shown_is_not_shown(shop: Node) -> None:
    assert counts(load(shop, goods("<Товар Статус='Удален'><Ид>i</Ид></Товар>"))) == {"unchanged": 1}
    assert not NomenclatureRow.objects.exists()
    load(shop, goods(item("i", attributes=DELETED)))
    load(shop, offers(offer("i#v", name="Стул (синий)")))
    assert (row("i").active, row("i").wanted, row("i#v").wanted) == (False, 0, 0)
    load(shop, goods(item("i")))
    assert (row("i").active, row("i").wanted, row("i#v").wanted) == (True, 1, 1)


def test_prices_may_come_before_their_item(shop: Node) -> None:
    load(shop, offers(offer("i", price("100"))))
    assert (row().content, row().wanted) == (None, 0)
    made = load(shop, goods(item("i")))
    assert (counts(made), row().wanted, row().prices) == ({"created": 1}, 1, {"t": ["100", "RUB"]})


def test_variants_may_come_before_their_item(shop: Node) -> None:
    load(shop, offers(offer("i#v", price("100"), name="Стул (синий)")))
    assert due() == set()
    load(shop, goods(item("i")))
    assert due() == {"i", "i#v"}


def test_the_order_of_files_does_not_matter(shop: Node) -> None:
    files = (
        goods(item("i")),
        offers(offer("i", name="Стул"), offer("i#v", name="Стул (синий)")),
        offers(offer("i", price("5")), offer("i#v", price("6"))),
        offers(offer("i", quantity("1")), offer("i#v", quantity("2"))),
    )
    seen = []
    for ordered in permutations(files):
        NomenclatureRow.objects.all().delete()
        for data in ordered:
            load(shop, data)
        assert due() == {"i", "i#v"}
        seen.append(state())
    assert all(one == seen[0] for one in seen)


def test_goods_written_variant_by_variant(shop: Node) -> None:
    traits = "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование><Значение>{}</Значение>"
    closing = "</ХарактеристикаТовара></ХарактеристикиТовара>"
    data = goods(*(item(f"i#{colour}", f"Стул ({colour})", traits.format(colour) + closing) for colour in ("синий", "алый")))
    load(shop, data)
    shown()
    assert set(state()) == {"i", "i#синий", "i#алый"}
    assert row("i#алый").content["properties"] == [{"name": "Цвет", "value": "алый"}]
    assert counts(load(shop, data)) == {"unchanged": 2}
    assert (row("i").name, due()) == ("Стул (синий)", set())


def test_units_and_currencies_may_come_in_a_file_of_their_own(shop: Node) -> None:
    unit = "<ЕдиницаИзмерения><Ид>u-5</Ид><НаименованиеКраткое>кг</НаименованиеКраткое><Код>166</Код></ЕдиницаИзмерения>"
    types = f"<ТипыЦен>{price_type('t', 'Опт', 'USD')}</ТипыЦен>"
    words = root(classifier(f"{types}<ЕдиницыИзмерения>{unit}</ЕдиницыИзмерения>"))
    assert counts(load(shop, words)) == {"created": 2}
    assert counts(load(shop, words)) == {"unchanged": 2}
    load(shop, goods(item(inside="<БазоваяЕдиница>u-5</БазоваяЕдиница>")))
    load(shop, offers(offer("i", price("7", currency=""))))
    assert (row().content["measure_code"], row().prices) == ("166", {"t": ["7", "USD"]})


def test_a_second_source_is_counted_and_not_fought_over(shop: Node) -> None:
    load(shop, EVERYTHING)
    shown()
    other = make_node("other", catalog_source=True)
    made = load(other, goods(item("i-1", "Табурет"), item("i-2", "Стол"), item("i-3", "Шкаф")))
    assert counts(made) == {"refused": 1, "unchanged": 1, "created": 1}
    assert (row("i-1").name, row("i-1").node, row("i-3").node) == ("Стул", shop, other)
    note = CatalogNote.objects.get()
    assert (note.package, note.reason_code, note.place, note.refused) == (made, "other_source", "Товар Табурет", True)
    assert shop.title in note.reason
    assert progress_of(made).lines == (f"{note.place}: {note.reason}",)
    assert counts(load(other, OFFERS)) == {"created": 3, "refused": 1}


@pytest.mark.parametrize(
    ("fields", "code"), [({}, "not_catalog_source"), ({"catalog_source": True, "portal": None}, "no_portal")]
)
def test_other_bases_are_refused_and_their_bytes_kept(fields: dict[str, Any], code: str) -> None:
    made = load(make_node("plain", **fields), EVERYTHING)
    assert (made.state, made.problem_code, made.catalog) == (State.FAILED, code, {})
    assert made.feed is not None
    assert feed_store.read_feed(made.feed) == EVERYTHING
    assert progress_of(made).lines == (made.problem,)
    assert not NomenclatureRow.objects.exists()


def test_documents_are_still_documents(shop: Node) -> None:
    made = load(shop, package(order("a")))
    assert (OrderRow.objects.count(), made.catalog) == (1, None)


def test_bad_entries_are_refused_alone(shop: Node) -> None:
    made = load(shop, goods(item("a"), item("", "Без Ид"), item("b", ""), item("c", inside="<Вес>много</Вес>")))
    assert counts(made) == {"created": 2, "refused": 2}
    noted = CatalogNote.objects.order_by("pk").values_list("reason_code", "refused")
    assert list(noted) == [("id_missing", True), ("name_missing", True), ("number_unreadable", False)]


def test_a_broken_file_keeps_what_came_before_the_fault(shop: Node) -> None:
    made = load(shop, EVERYTHING[:-60])
    assert (made.state, made.problem_code, set(state())) == (State.FAILED, "truncated", {"i-1", "i-2"})


def test_a_killed_reading_goes_on(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "CHUNK_ENTRIES", 2)
    made = waiting(shop, goods(*(item(f"i-{n}") for n in range(5)), item("", "Без Ид")))

    chunks: list[int] = []

    def killed(entries: int) -> None:
        chunks.append(entries)
        if len(chunks) in (1, 3):
            raise KeyboardInterrupt

    for done in (2, 4):
        with pytest.raises(KeyboardInterrupt):
            receive_catalog(made.pk, NOW, advance=killed)
        made.refresh_from_db()
        assert (made.entries_done, counts(made)) == (done, {"created": done})
    receive_catalog(made.pk, NOW)
    made.refresh_from_db()
    assert (made.catalog, made.entries_done) == ({"item": {"created": 5, "refused": 1}}, 6)
    assert CatalogNote.objects.count() == 1


def test_a_kill_within_a_transaction_leaves_nothing_half_done(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    made = waiting(shop, EVERYTHING)
    with monkeypatch.context() as patched:
        patched.setattr(CatalogNote.objects, "bulk_create", lambda notes: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            receive_catalog(made.pk, NOW)
    made.refresh_from_db()
    assert (made.state, made.entries_done, state()) == (State.WAITING, 0, {})
    receive_catalog(made.pk, NOW)
    assert set(state()) == {"i-1", "i-2"}


@pytest.mark.django_db(transaction=True)
def test_sources_take_turns_and_a_file_is_read_once(shop: Node, no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers on one file, and another source with the same goods, all at once."""
    monkeypatch.setattr(receiving, "CHUNK_ENTRIES", 20)
    other = make_node("other", catalog_source=True)
    data = goods(*(item(f"i-{n}") for n in range(100)))
    files = [waiting(shop, data), waiting(other, data)]
    errors: list[BaseException] = []

    def work(pk: int) -> None:
        try:
            receive_catalog(pk, NOW)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(made.pk,)) for made in (files[0], *files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    for made in files:
        made.refresh_from_db()
        assert made.entries_received == sum(counts(made).values()) == 100
    assert counts(files[0]).get("created", 0) + counts(files[1]).get("created", 0) == 100 == NomenclatureRow.objects.count()
    assert set(NomenclatureRow.objects.values_list("wanted", flat=True)) == {1}


def test_a_fault_of_ours_refuses_one_entry(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    real = CatalogBook.take

    def take(book: CatalogBook, entry: Any) -> Any:
        if entry.xml_id == "i-1":
            raise LookupError
        return real(book, entry)

    monkeypatch.setattr(CatalogBook, "take", take)
    made = load(shop, EVERYTHING)
    assert (counts(made), set(state())) == ({"created": 3, "refused": 1}, {"i-2"})
    assert CatalogNote.objects.get().reason_code == "our_fault"


def test_what_was_given_up_gets_a_new_chance(shop: Node) -> None:
    load(shop, EVERYTHING)
    given_up = {"attempts": 9, "problem_code": "portal_refused", "problem": "…", "retry_at": NOW}
    NomenclatureRow.objects.filter(xml_id="i-1").update(**given_up)
    NomenclatureRow.objects.filter(xml_id="i-2").update(**given_up, outcome_unknown=True)
    load(shop, goods(item("i-1", "Кресло"), item("i-2", "Парта")))
    assert (row("i-1").problem_code, row("i-1").attempts, row("i-1").retry_at) == ("", 0, None)
    assert row("i-2").retry_at == NOW, "the create may still be under way"


def test_the_planner_is_told_of_a_catalogue_that_has_grown(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "GROWN_ROWS", 4)
    load(shop, EVERYTHING)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'hub_nomenclaturerow'")
        assert cursor.fetchone() == (2,)


def test_it_is_told_while_the_catalogue_grows(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "GROWN_ROWS", 1)
    monkeypatch.setattr(receiving, "CHUNK_ENTRIES", 1)
    load(shop, goods(*(item(f"i-{n}", "Стул") for n in range(5))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'hub_nomenclaturerow'")
        assert cursor.fetchone() == (4,), "at the first row, and at four times as many"


def test_notes_have_a_limit_and_counts_have_none(shop: Node) -> None:
    made = load(shop, goods(*(item("", f"{n}") for n in range(NOTES_LIMIT + 5))))
    assert (counts(made), CatalogNote.objects.count()) == ({"refused": NOTES_LIMIT + 5}, NOTES_LIMIT)


@pytest.mark.parametrize("data", [EVERYTHING, OFFERS, EVERYTHING[:-60], goods(item("", "Без Ид")), root("")])
def test_received_is_the_sum_of_outcomes(shop: Node, data: bytes) -> None:
    for made in (load(shop, data), load(shop, data)):
        assert made.entries_received == made.entries_done == sum(counts(made).values())


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_real_files_are_read_and_change_nothing_the_second_time(shop: Node) -> None:
    paths = sorted((SAMPLES / "catalog").glob("*.xml"))
    for path in paths:
        made = load(shop, path.read_bytes())
        assert made.state == State.DONE, made.problem
        assert made.entries_received == sum(counts(made).values()) > 0
        assert set(counts(made)) <= {"created", "changed", "unchanged"}
        assert set(counts(load(shop, path.read_bytes()))) == {"unchanged"}


@pytest.mark.parametrize("name", ["import_unf_208", "offers_unf_208", "import_ut_204", "import_bitrix_31"])
def test_golden_files_become_their_records(shop: Node, name: str) -> None:
    golden = Path(__file__).parents[2] / "commerceml" / "catalog" / "golden"
    entries = runpy.run_path(str(golden / f"{name}.expected.py"))["ENTRIES"]
    made = load(shop, (golden / f"{name}.xml").read_bytes())
    assert (made.state, made.entries_received) == (State.DONE, len(entries))
    assert counts(made).get("refused", 0) == sum(1 for entry in entries if entry.fatal)
