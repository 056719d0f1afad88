"""Packages through the real database: one verdict a document, whatever happens in the middle."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.exchange.talk import HEAD, ROOT, make_node, order, package
from tests.flows.due_orders import NOW
from uzel.commerceml.document import Document
from uzel.commerceml.reader import PackageError
from uzel.flows.files import receive_package
from uzel.flows.files.receive_package import CHUNK_DOCUMENTS, process_package, progress_of
from uzel.hub import feed_store
from uzel.hub.ledger import ledger
from uzel.hub.models import Conflict, Delivery, DocumentVerdict, Node, OrderRow, Package
from uzel.hub.queries import states_of
from uzel.model import Order
from uzel.model.codec import from_json, to_json
from uzel.sync.plan import States

pytestmark = pytest.mark.django_db
GUID = "1a2b3c4d-0000-4000-8000-{:012d}"
KILLED = KeyboardInterrupt  # what a killed worker feels like: nothing of ours catches it


@pytest.fixture
def shop() -> Node:
    return make_node("shop", profile="ut")


def stored(node: Node, data: bytes) -> Package:
    return Package.objects.create(node=node, file_name="o.xml", feed=feed_store.store_bytes(data), state=Package.State.WAITING)


def receive(node: Node, *documents: str) -> list[str]:
    """Verdicts of one file."""
    made = stored(node, package(*documents))
    process_package(made.pk, NOW)
    return verdicts(made)


def verdicts(made: Package) -> list[str]:
    return list(DocumentVerdict.objects.filter(package=made).order_by("position").values_list("verdict", flat=True))


def due(target: str) -> list[bool]:
    """Of every order by its number, whether the target lacks something."""
    deliveries = {one.order_id: one.wanted > one.confirmed for one in Delivery.objects.filter(target=target)}
    return [deliveries.get(row.pk, False) for row in OrderRow.objects.order_by("number")]


def in_both(node: Node, document_id: str, number: str, **fields: Any) -> OrderRow:
    """An order received and already in the portal, by the book."""
    receive(node, order(document_id, number))
    row = OrderRow.objects.get(document_id=document_id)
    shown = replace(states_of(row).in_node or Order(""), **fields)
    row.in_portal, row.agreed, row.merged = to_json(shown), row.in_node, to_json(shown)
    row.save()
    Delivery.objects.update(confirmed=1)
    return row


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_a_new_order_is_due_to_the_portal_alone(shop: Node) -> None:
    assert receive(shop, order("a", "17", total="1234.50")) == ["created"]
    row = OrderRow.objects.get()
    assert (row.document_id, row.number, row.version, row.merged["total"], row.in_portal) == ("a", "17", 1, "1234.5", None)
    assert (due("portal"), due("node"), Delivery.objects.count()) == ([True], [False], 1)
    verdict = DocumentVerdict.objects.get()
    assert (verdict.order, verdict.position, verdict.number, verdict.operation, verdict.at) == (
        row,
        0,
        "17",
        "Заказ товара",
        NOW,
    )


def test_the_same_file_again_writes_nothing_but_verdicts(shop: Node, django_assert_max_num_queries: Any) -> None:
    file = [order(f"a{n}", str(n)) for n in range(50)]
    receive(shop, *file)
    before = list(OrderRow.objects.order_by("pk").values()), list(Delivery.objects.order_by("pk").values())
    with django_assert_max_num_queries(25):
        assert receive(shop, *file) == ["unchanged"] * 50
    assert (list(OrderRow.objects.order_by("pk").values()), list(Delivery.objects.order_by("pk").values())) == before


def test_a_changed_file_takes_no_query_an_order(shop: Node, django_assert_max_num_queries: Any) -> None:
    receive(shop, *(order(f"a{n}", str(n)) for n in range(50)))
    with django_assert_max_num_queries(35):
        assert receive(shop, *(order(f"a{n}", str(n), total="7") for n in range(50))) == ["updated"] * 50
    assert set(OrderRow.objects.values_list("version", "merged__total")) == {(2, "7")}
    assert set(Delivery.objects.values_list("target", "wanted", "confirmed")) == {("portal", 2, 0)}


def test_an_order_twice_in_one_file(shop: Node) -> None:
    first, second = order("a", total="100"), order("a", total="200")
    assert receive(shop, first, first, second, first) == ["created", "duplicate", "updated", "updated"]
    row = OrderRow.objects.get()
    assert (row.merged["total"], row.version) == ("100", 1)


def test_an_order_without_id_is_rejected_and_the_others_are_not(shop: Node) -> None:
    assert receive(shop, order(""), order("a"), order("x" * 201)) == ["rejected", "created", "rejected"]
    assert DocumentVerdict.objects.filter(order=None).count() == 2


def test_the_same_guid_from_two_bases_is_one_order_and_is_explained(shop: Node) -> None:
    receive(shop, order(GUID.format(1)), order("36", "36"))
    other = make_node("other", profile="ut")
    assert receive(other, order(GUID.format(1)), order("36", "36")) == ["duplicate", "created"]
    verdict = DocumentVerdict.objects.get(verdict="duplicate")
    assert (verdict.reason_code, verdict.reason) == ("known_in_other_node", "Этот же заказ уже получен из базы «Магазин shop»")
    assert OrderRow.objects.filter(document_id=GUID.format(1)).count() == 1


def test_a_base_of_another_portal_is_nobody_to_us(shop: Node) -> None:
    receive(shop, order(GUID.format(1)))
    stranger = make_node("stranger", portal=None)
    assert receive(stranger, order(GUID.format(1))) == ["created"]


def test_numbers_begin_anew_every_year(shop: Node) -> None:
    assert receive(shop, order(GUID.format(1), "17"), order(GUID.format(2), "17")) == ["created", "created"]


def test_a_conflict_keeps_the_losing_value(shop: Node) -> None:
    row = in_both(shop, "a", "1", comment="Портал")
    made = stored(shop, package(order("a", "1").replace("<Время>", "<Комментарий>База</Комментарий><Время>")))
    progress = process_package(made.pk, NOW)
    assert verdicts(made) == ["conflict"]
    conflict = Conflict.objects.get()
    assert (conflict.order, conflict.field, conflict.in_node, conflict.in_portal, conflict.agreed, conflict.winner) == (
        row, "comment", "База", "Портал", "", "node",
    )  # fmt: skip
    assert (conflict.package, progress.lines) == (
        made,
        ("Заказ 1 от 10.01.2026, расхождение: Изменено с обеих сторон: комментарий",),
    )
    assert due("portal") == [True]


def test_news_that_the_portal_shows_already_end_a_problem(shop: Node) -> None:
    in_both(shop, "a", "1", total=Decimal(200))
    assert receive(shop, order("a", "1", total="200").replace("<ЦенаЗаЕдиницу>200", "<ЦенаЗаЕдиницу>100")) == ["conflict"]
    in_both(shop, "b", "2")
    Delivery.objects.filter(order__number="2").update(problem_code="refused", confirmed=0)
    row = OrderRow.objects.get(number="2")
    row.in_portal = {**row.in_portal, "comment": "x"}
    row.save()
    assert receive(shop, order("b", "2").replace("<Время>", "<Комментарий>x</Комментарий><Время>")) == ["updated"]
    assert Delivery.objects.get(order__number="2").problem_code == ""  # whether the deal lacks anything, the next drain sees


def test_a_side_that_is_told_already_is_not_told_anew(shop: Node) -> None:
    """The portal waits for a promo code; a comment, which is the portal's own, is no reason to begin again."""
    shop.ownership = {"comment": "portal"}
    shop.save()
    in_both(shop, "a", "1")
    promo = {"Проведен": "false", "Промокод": "ЛЕТО"}
    assert receive(shop, order("a", "1", requisites=promo)) == ["updated"]
    Delivery.objects.update(attempts=3, retry_at=NOW)
    commented = order("a", "1", requisites=promo).replace("<Время>", "<Комментарий>База</Комментарий><Время>")
    assert receive(shop, commented) == ["conflict"]
    assert (due("portal"), due("node")) == ([True], [True])
    assert Delivery.objects.get(target="portal").attempts == 3


# --- orders of the portal -----------------------------------------------------------------------------------------------


def born(node: Node, number: str = "B5") -> OrderRow:
    """An order of a deal that the base has taken and confirmed."""
    made = to_json(Order("b24-deal-5", number, dt.date(2026, 1, 10), total=Decimal(100), status="@new", promo_code="ЛЕТО"))
    return OrderRow.objects.create(
        node=node, document_id="b24-deal-5", number=number, born_in_portal=True, deal_id=5,
        in_node=made, in_portal=made, agreed=made, merged=made, version=1,
    )  # fmt: skip


def test_an_order_of_the_portal_comes_back_under_an_id_of_the_base(shop: Node) -> None:
    row = born(shop)
    assert receive(shop, order(GUID.format(1), "B5")) == ["updated"]
    back = OrderRow.objects.get()
    assert (back.pk, back.deal_id, back.document_id, back.number) == (row.pk, 5, GUID.format(1), "B5")
    assert (back.merged["document_id"], back.merged["promo_code"]) == (GUID.format(1), "ЛЕТО")
    assert receive(shop, order(GUID.format(1), "B5")) == ["unchanged"]


def test_another_order_of_the_same_number_is_another_order(shop: Node) -> None:
    born(shop)
    numbers = order(GUID.format(1), "B5"), order(GUID.format(2), "B5")
    assert receive(shop, *numbers) == ["updated", "created"]
    assert receive(shop, order(GUID.format(3), "B5")) == ["created"]
    assert OrderRow.objects.get(deal_id=5).document_id == GUID.format(1)


def test_a_number_of_an_order_of_the_base_binds_nothing(shop: Node) -> None:
    receive(shop, order(GUID.format(1), "17"))
    assert receive(shop, order(GUID.format(2), "17")) == ["created"]


def test_a_number_of_the_portal_binds_in_its_own_base_alone(shop: Node) -> None:
    born(shop)
    assert receive(make_node("other"), order(GUID.format(1), "B5")) == ["created"]


def test_a_first_upload_without_success_is_the_offer_come_back(shop: Node) -> None:
    row = born(shop)
    offer = {**row.merged, "comment": "Из сделки"}
    OrderRow.objects.update(in_node=None, agreed=None, offered=[offer], in_portal=offer, merged=offer)
    assert receive(shop, order(GUID.format(1), "B5")) == ["updated"]
    back = OrderRow.objects.get()
    assert (back.in_node["comment"], back.merged["promo_code"], back.offered) == ("Из сделки", "ЛЕТО", None)
    assert Conflict.objects.count() == 0


# --- payments and shipments -----------------------------------------------------------------------------------------------

PAYMENT = "<Документ><Ид>{}</Ид><ХозОперация>Выплата наличных денег</ХозОперация><Сумма>{}</Сумма>{}</Документ>"


def container(*documents: str) -> str:
    return f"<Контейнер>{''.join(documents)}</Контейнер>"


def test_payments_of_a_container_pay_its_order_when_they_sum_up() -> None:
    node = make_node("module", profile="bitrix")
    half, rest = PAYMENT.format("p1", "40", ""), PAYMENT.format("p2", "60", "")
    file = container(order("a", "1"), half, rest), container(order("b", "2"), half)
    assert receive(node, *file) == ["created", "updated", "updated", "created", "updated"]
    assert [row.merged["paid"] for row in OrderRow.objects.order_by("number")] == [True, False]
    assert receive(node, *file) == ["unchanged"] * 5


def test_a_payment_finds_its_order_by_its_basis(shop: Node) -> None:
    assert receive(shop, order("a"), PAYMENT.format("p", "100", "<Основание>a</Основание>")) == ["created", "updated"]
    assert DocumentVerdict.objects.get(document_id="p", verdict="updated").order == OrderRow.objects.get()


def test_money_comes_in_parts_and_goes_back_file_after_file(shop: Node) -> None:
    """A base tells of each payment once: what it does not mention again stays."""
    basis = "<Основание>a</Основание>"
    back = PAYMENT.replace("Выплата наличных", "Возврат наличных").format("r", "30", basis)
    mark = "<ЗначениеРеквизита><Наименование>ПометкаУдаления</Наименование><Значение>true</Значение></ЗначениеРеквизита>"
    gone = f"{basis}<ЗначенияРеквизитов>{mark}</ЗначенияРеквизитов>"
    assert receive(shop, order("a", "1")) == ["created"]
    told = []
    for document in (
        PAYMENT.format("p1", "40", basis), PAYMENT.format("p2", "60", basis), back, PAYMENT.format("p3", "30", basis),
        PAYMENT.format("p3", "30", gone), PAYMENT.format("p3", "30", gone),
    ):  # fmt: skip
        (verdict,) = receive(shop, document)
        merged = from_json(Order, OrderRow.objects.get().merged)
        told.append((verdict, merged.received, merged.paid))
    assert told == [
        ("updated", 40, False), ("updated", 100, True), ("updated", 70, False), ("updated", 100, True),
        ("updated", 70, False), ("unchanged", 70, False),
    ]  # fmt: skip


def test_other_documents_are_held(shop: Node) -> None:
    made = stored(shop, package("<Документ><Ид>r</Ид><ХозОперация>Счет-фактура</ХозОперация></Документ>"))
    assert process_package(made.pk, NOW).lines[0].endswith("сохранён, но в сделках не показывается")
    assert verdicts(made) == ["held"]


# --- whatever happens in the middle ------------------------------------------------------------------------------------------


def many(count: int = 2 * CHUNK_DOCUMENTS + 7) -> list[str]:
    return [order(f"a{n}", str(n)) for n in range(count)]


def balanced(node: Node, received: int) -> bool:
    row = ledger(node.code)[0]
    return row.balanced and row.received == received == sum(row.verdicts.values())


@pytest.mark.parametrize("crash_at", [0, 1, 2])
def test_a_killed_worker_leaves_whole_chunks_and_the_next_goes_on(shop: Node, crash_at: int, monkeypatch: Any) -> None:
    made = stored(shop, package(*many()))
    real, calls = receive_package._verdict, iter(range(10_000))

    def killed(*args: Any) -> Any:
        if next(calls) == crash_at * CHUNK_DOCUMENTS + 3:
            raise KILLED
        return real(*args)

    monkeypatch.setattr(receive_package, "_verdict", killed)
    with pytest.raises(KILLED):
        process_package(made.pk, NOW)
    monkeypatch.undo()
    made.refresh_from_db()
    assert made.documents_done == DocumentVerdict.objects.count() == OrderRow.objects.count() == crash_at * CHUNK_DOCUMENTS
    assert (made.state, balanced(shop, 0)) == (Package.State.WAITING, True)
    progress = process_package(made.pk, NOW)
    assert (progress.done, progress.failed, progress.documents) == (True, False, len(many()))
    assert verdicts(made) == ["created"] * len(many())
    assert balanced(shop, len(many()))


def test_what_was_said_before_the_kill_is_remembered(monkeypatch: Any) -> None:
    """The order stands at the end of one chunk, its payment at the beginning of the next."""
    node = make_node("module", profile="bitrix")
    monkeypatch.setattr(receive_package, "CHUNK_DOCUMENTS", 2)
    made = stored(
        node,
        package(order("x", "0"), container(order("a", "1"), PAYMENT.format("p1", "40", ""), PAYMENT.format("p2", "60", ""))),
    )
    advance = iter((None, KILLED))

    def killed(_count: int) -> None:
        fault = next(advance)
        if fault:
            raise fault

    with pytest.raises(KILLED):
        process_package(made.pk, NOW, advance=killed)
    assert process_package(made.pk, NOW).documents == 4
    assert verdicts(made) == ["created", "created", "updated", "updated"]


def test_a_broken_file_keeps_what_was_before_the_fault(shop: Node) -> None:
    text = package(*many(CHUNK_DOCUMENTS + 5)).decode()
    made = stored(shop, text[: text.index("<Ид>a203</Ид>")].encode())
    progress = process_package(made.pk, NOW)
    made.refresh_from_db()
    assert (made.state, made.documents_received, progress.failed) == (Package.State.FAILED, 203, True)
    assert made.problem_code
    assert progress.lines == (made.problem,)
    assert (verdicts(made), balanced(shop, 203)) == (["created"] * 203, True)


@pytest.mark.parametrize("data", [b"", b"not xml", (HEAD + ROOT).encode(), b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"])
def test_what_is_no_package_fails_with_a_reason(shop: Node, data: bytes) -> None:
    made = stored(shop, data)
    progress = process_package(made.pk, NOW)
    assert (progress.failed, progress.documents, len(progress.lines)) == (True, 0, 1)
    assert balanced(shop, 0)


def test_a_finished_package_is_not_read_again(shop: Node, monkeypatch: Any) -> None:
    made = stored(shop, package(order("a")))
    first = process_package(made.pk, NOW)
    monkeypatch.setattr(receive_package, "read_documents", lambda _: pytest.fail("read again"))
    assert process_package(made.pk, NOW) == first


def test_a_reply_names_each_kind_of_document_and_counts_the_rest(shop: Node) -> None:
    undated = order("", "2").replace("<Дата>2026-01-10</Дата>", "")
    payment = order("", "3").replace("Заказ товара", "Выплата наличных денег")
    made = stored(shop, package(undated, payment, *(order("", str(number)) for number in range(10, 60))))
    lines = process_package(made.pk, NOW).lines
    assert lines[0].startswith("Заказ 2, отказ: ")
    assert lines[1].startswith("Выплата наличных денег 3 от 10.01.2026, отложено: ")
    assert (len(lines), lines[-1]) == (51, "И ещё документов, которым нужен человек: 2.")


def test_one_document_that_breaks_our_code_does_not_stop_the_others(shop: Node, monkeypatch: Any) -> None:
    real = receive_package.deciding.decide

    def faulty(document: Document, *args: Any) -> Any:
        if document.document_id == "a3":
            raise TypeError("ours")
        return real(document, *args)

    monkeypatch.setattr(receive_package.deciding, "decide", faulty)
    made = stored(shop, package(*many(5)))
    progress = process_package(made.pk, NOW)
    assert verdicts(made) == ["created", "created", "created", "rejected", "created"]
    assert DocumentVerdict.objects.get(verdict="rejected").reason_code == "our_fault"
    assert progress.lines[0].startswith("Заказ 3 от 10.01.2026, отказ: Внутренняя ошибка узла обмена")
    assert balanced(shop, 5)


def test_a_chunk_of_huge_orders_is_closed_earlier(monkeypatch: Any) -> None:
    monkeypatch.setattr(receive_package, "CHUNK_LINES", 10)
    line = to_json  # any object will do for a row
    documents = [Document(str(n), lines=(line,) * 4) for n in range(7)]  # type: ignore[arg-type]
    assert [len(chunk) for chunk in receive_package._chunks(documents)] == [3, 3, 1]


def test_the_fault_comes_after_what_was_read_before_it() -> None:
    def source() -> Iterator[Document]:
        yield Document("1")
        raise PackageError("truncated", "обрыв")

    chunks = receive_package._chunks(source())
    assert [one.document_id for one in next(chunks)] == ["1"]
    with pytest.raises(PackageError):
        next(chunks)


def test_long_values_are_cut_where_the_columns_end(shop: Node) -> None:
    said = {"Проведен": "false", "Ответственный": "я" * 300, "Табельный номер ответственного": "1" * 60}
    assert receive(shop, order("a", "9" * 300, requisites=said)) == ["created"]
    assert (len(OrderRow.objects.get().number), len(DocumentVerdict.objects.get().number)) == (100, 100)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_node_decide_one_after_the_other(shop: Node) -> None:
    """Both read the same package at once; another one with newer states of the same orders waits its turn."""
    count = CHUNK_DOCUMENTS + 30
    made, other = stored(shop, package(*many(count))), stored(shop, package(*many(count)))
    errors: list[BaseException] = []

    def work(pk: int) -> None:
        try:
            process_package(pk, NOW)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(one.pk,)) for one in (made, made, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert sorted(verdicts(made) + verdicts(other)) == ["created"] * (CHUNK_DOCUMENTS + 30) + ["unchanged"] * (
        CHUNK_DOCUMENTS + 30
    )
    assert balanced(shop, 2 * CHUNK_DOCUMENTS + 60)


def test_progress_names_only_what_needs_a_person(shop: Node) -> None:
    made = stored(shop, package(order("a", "1"), order("", "2"), "<Документ><Ид>r</Ид></Документ>"))
    process_package(made.pk, NOW)
    made.refresh_from_db()
    lines = progress_of(made).lines
    assert [line.split(":")[0] for line in lines] == ["Заказ 2 от 10.01.2026, отказ", "Заказ r, отложено"]


def test_states_of_a_row_are_what_was_put(shop: Node) -> None:
    row = in_both(shop, "a", "1")
    assert states_of(row) == States(*(states_of(row).in_node,) * 4)
