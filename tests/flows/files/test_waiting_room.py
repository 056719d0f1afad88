"""Documents that come before their orders, through the real database: no money is lost, none counts twice."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.exchange.talk import make_node, order, package
from tests.flows.due_orders import NOW
from uzel import jobs
from uzel.flows.files import receive_package, waiting_room
from uzel.flows.files.receive_package import process_package, progress_of
from uzel.flows.files.waiting_room import HELD_DAYS, forget_old
from uzel.hub import feed_store
from uzel.hub.ledger import ledger
from uzel.hub.models import DocumentVerdict, HeldDocument, Node, OrderRow, Package
from uzel.model import Order
from uzel.model.codec import from_json

pytestmark = pytest.mark.django_db
GUID = "1a2b3c4d-0000-4000-8000-000000000001"
MARK = (
    "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>{}</Наименование><Значение>{}</Значение>"
    "</ЗначениеРеквизита></ЗначенияРеквизитов>"
)


@pytest.fixture
def shop() -> Node:
    return make_node("shop", profile="bitrix")


def payment(
    key: str = "p", total: str = "100", of: str = "a", operation: str = "Выплата наличных денег", mark: str = ""
) -> str:
    basis = f"<Основание>{of}</Основание>" if of else ""
    named = f"<Документ><Ид>{key}</Ид><Номер>7</Номер><Дата>2024-05-01</Дата><ХозОперация>{operation}</ХозОперация>"
    return f"{named}<Сумма>{total}</Сумма>{basis}{mark}</Документ>"


def container(*documents: str) -> str:
    return f"<Контейнер>{''.join(documents)}</Контейнер>"


def receive(node: Node, *documents: str) -> Package:
    feed = feed_store.store_bytes(package(*documents))
    made = Package.objects.create(node=node, file_name="o.xml", feed=feed, state=Package.State.WAITING)
    process_package(made.pk, NOW)
    return made


def words(*packages: Package) -> list[str]:
    """Verdicts of the files as they stand now."""
    rows = DocumentVerdict.objects.filter(package__in=packages).order_by("package", "position")
    return [f"{row.verdict} {row.reason_code}".strip() for row in rows]


def money(document_id: str = "a") -> tuple[Decimal, bool]:
    merged = from_json(Order, OrderRow.objects.get(document_id=document_id).merged)
    return merged.received, merged.paid


def balanced(node: Node) -> bool:
    row = ledger(node.code)[0]
    return row.balanced and row.received == DocumentVerdict.objects.filter(node=node).count()


# --- taken up -------------------------------------------------------------------------------------------------------------


def test_an_order_that_comes_later_in_the_same_file(shop: Node) -> None:
    made = receive(shop, payment("p1", "40"), payment("p2", "60"), order("a"), payment("p1", "40"))
    assert words(made) == ["updated taken_with_order", "updated taken_with_order", "created", "duplicate repeated_in_package"]
    assert (money(), HeldDocument.objects.count(), balanced(shop)) == ((100, True), 0, True)
    assert set(DocumentVerdict.objects.filter(verdict="updated").values_list("order__document_id", flat=True)) == {"a"}
    assert progress_of(made).lines == ()


def test_an_order_that_comes_in_a_later_file(shop: Node) -> None:
    early = receive(shop, payment("p1", "70"), payment("r", "30", operation="Возврат наличных денег"), payment("x", of="b"))
    assert words(early) == ["held order_not_known"] * 3
    assert (ledger("shop")[0].awaiting, balanced(shop)) == (3, True)
    later = receive(shop, order("a"), payment("p1", "70"))
    assert words(later) == ["created", "unchanged"]
    assert words(early) == ["updated taken_with_order", "updated taken_with_order", "held order_not_known"]
    assert (money(), ledger("shop")[0].awaiting, balanced(shop)) == ((40, False), 1, True)


def test_what_the_order_itself_says_of_a_payment_is_newer(shop: Node) -> None:
    receive(shop, payment("p", "40"))
    inside = payment("p", "55", of="").replace("Документ>", "ПодчиненныйДокумент>")
    receive(shop, order("a").removesuffix("</Документ>") + f"<ПодчиненныеДокументы>{inside}</ПодчиненныеДокументы></Документ>")
    assert money() == (55, False)


def test_a_payment_that_stands_before_its_order_in_a_container(shop: Node, monkeypatch: Any) -> None:
    """It names no order; the container is cut by two transactions, and by a kill between them."""
    monkeypatch.setattr(receive_package, "CHUNK_DOCUMENTS", 2)
    documents = container(order("x", "9")), container(payment(of=""), order("a"), payment("q", "5", of=""))
    feed = feed_store.store_bytes(package(*documents))
    made = Package.objects.create(node=shop, file_name="o.xml", feed=feed, state=Package.State.WAITING)

    def killed(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process_package(made.pk, NOW, advance=killed)
    assert words(made) == ["created", "held order_not_known"]
    process_package(made.pk, NOW)
    assert words(made) == ["created", "updated taken_with_order", "created", "updated"]
    assert (money(), money("x"), balanced(shop)) == ((105, True), (0, False), True)


def test_a_container_of_another_file_is_another_one(shop: Node) -> None:
    early = receive(shop, container(payment(of="")))
    receive(shop, container(order("a")))
    assert (words(early), money()) == (["held order_not_known"], (0, False))


def test_an_order_that_says_nothing_new_takes_what_it_has_already(shop: Node) -> None:
    receive(shop, order("a"), payment())
    again = receive(shop, container(payment(of=""), order("a")))
    assert (words(again), money()) == (["unchanged taken_with_order", "unchanged"], (100, True))


def test_a_newer_word_on_a_payment_replaces_the_older_one(shop: Node) -> None:
    gone = MARK.format("ПометкаУдаления", "true")
    first = receive(shop, payment("p", "40"), payment("q", "10"))
    second = receive(shop, payment("p", "40"), payment("p", "60"), payment("q", "10", mark=gone))
    assert words(second) == ["duplicate held_already", "held order_not_known", "held order_not_known"]
    receive(shop, order("a"))
    assert (words(first), words(second)[1:]) == (["updated taken_with_order"] * 2, ["updated taken_with_order"] * 2)
    assert (money(), HeldDocument.objects.count(), balanced(shop)) == ((60, False), 0, True)


def test_an_order_that_is_refused_takes_nothing(shop: Node) -> None:
    receive(shop, payment())
    receive(shop, order("a", total="много"))
    assert HeldDocument.objects.count() == 1
    receive(shop, order("a"))
    assert money() == (100, True)


def test_bases_are_strangers(shop: Node) -> None:
    """A payment waits for the order of its own base; when that is another base's already, both are told so."""
    early = receive(shop, payment(of=GUID))
    receive(make_node("other"), order(GUID))
    assert (words(early), money(GUID)) == (["held order_not_known"], (0, False))
    assert words(receive(shop, order(GUID))) == ["duplicate known_in_other_node"]
    assert (words(early), HeldDocument.objects.count(), balanced(shop)) == (["duplicate known_in_other_node"], 0, True)


# --- bounds ---------------------------------------------------------------------------------------------------------------


def test_a_document_that_names_no_order_does_not_wait(shop: Node) -> None:
    made = receive(shop, payment(of=""), payment(of="x" * 201))
    assert (words(made), HeldDocument.objects.count()) == (["held order_not_named"] * 2, 0)


def test_no_more_wait_than_may(shop: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting_room, "HELD_LIMIT", 3)
    receive(shop, payment("p1"), payment("p2"))
    more = receive(shop, payment("p3"), payment("p4"), payment("p1"))
    assert words(more) == ["held order_not_known", "rejected too_many_held", "duplicate held_already"]
    assert words(receive(make_node("other"), payment("p9"))) == ["held order_not_known"]
    assert (HeldDocument.objects.filter(node=shop).count(), balanced(shop)) == (3, True)


def test_nobody_waits_for_ever(shop: Node) -> None:
    old = receive(shop, payment("p1"), payment("p2", of="b"))
    HeldDocument.objects.filter(position=0).update(held_at=NOW - dt.timedelta(days=HELD_DAYS, seconds=1))
    assert (forget_old(NOW), forget_old(NOW)) == (1, 0)
    assert words(old) == ["held order_never_came", "held order_not_known"]
    receive(shop, order("a"))
    assert (money(), balanced(shop)) == ((0, False), True)
    HeldDocument.objects.update(held_at=timezone.now() - dt.timedelta(days=HELD_DAYS + 1))
    jobs.forget_held(0)
    assert HeldDocument.objects.count() == 0


def test_files_without_such_documents_ask_for_them_once_a_chunk(shop: Node, django_assert_max_num_queries: Any) -> None:
    receive(shop, *(payment(f"p{n}", of=f"a{n}") for n in range(50)))
    with django_assert_max_num_queries(40):
        receive(shop, *(order(f"a{n}", str(n)) for n in range(50)))
    assert OrderRow.objects.filter(merged__paid=True).count() == 50
