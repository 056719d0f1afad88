"""Each client against the hub's own exchange page, over real HTTP and a real database."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx2
import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.emulators.onec_base.conftest import NOW
from tests.flows.due_orders import delivery_of, due_order
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.profiles import RELEASES
from uzel.emulators.onec_base.random_life import random_action
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub.ledger import ledger
from uzel.hub.models import Call, DocumentVerdict, HeldDocument, Node, OrderRow, Package
from uzel.hub.node_client import node_client
from uzel.hub.passwords import hash_password
from uzel.model import Order
from uzel.model.codec import from_json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]

CLIENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "unf": ("unf", {}),
    "unf with subordinate documents": ("unf", {"subordinate_documents": True}),
    "unf of another protocol": ("unf", {"protocol_bitrix": False}),
    "unf with Basic alone": ("unf", {"send_cookies": False, "use_session_id": False}),
    "ut": ("ut", {}),
    "ut with a session id": ("ut", {"use_session_id": True}),
    "ut without extensions": ("ut", {"additional_requisites": False, "responsible_extension": False}),
    "bitrix": ("bitrix", {}),
    "bitrix 3.1": ("bitrix", {"version": "3.1"}),
}
CLIENTS |= {f"release {name}": (name, {}) for name in RELEASES}
MAIN = ["unf", "unf with subordinate documents", "ut", "bitrix 3.1"]
MakeClient = Callable[..., Base]


def read_waiting(_seconds: float) -> None:
    """What the worker does while the base waits between two calls of import."""
    for package in Package.objects.filter(state=Package.State.WAITING).order_by("pk"):
        read_in_turn(package.pk, timezone.now())


@pytest.fixture(scope="module")
def hub() -> Iterator[LiveServer]:
    with override_settings(STATIC_URL="/static/"):  # what Django's test server asks for, though there are no such files
        server = LiveServer("127.0.0.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)  # else every answer waits 40 ms for its body
        yield server
    server.stop()


@pytest.fixture
def make_client(hub: LiveServer, client: httpx2.Client, transactional_db: None) -> MakeClient:
    def make(name: str = "unf", code: str = "south", **options: Any) -> Base:
        release, habits = CLIENTS[name]
        profile = release.partition("_")[0] if "_" in release else {"retail": "ut", "erp": "ut"}.get(release, release)
        encoding = "windows-1251" if profile == "bitrix" else "utf-8"
        Node.objects.create(
            code=code, title=code, login=code, password_hash=hash_password("пароль"), profile=profile,
            receives_changes=True, encoding=encoding,
        )  # fmt: skip
        given = {"title": code, "clock": lambda: NOW, "sleep": read_waiting, "client": client, **habits, **options}
        return Base(release, f"{hub.url}/1c/{code}", code, "пароль", **given)

    return make


def verdicts() -> list[str]:
    return list(DocumentVerdict.objects.order_by("package", "position").values_list("verdict", flat=True))


def fill(base: Base, count: int = 6) -> None:
    for _ in range(count):
        base.shop.new_order()


@pytest.mark.parametrize("name", CLIENTS)
def test_orders_get_verdicts_and_are_taken_as_they_are(make_client: MakeClient, name: str) -> None:
    base = make_client(name)
    fill(base)
    first = base.exchange()
    assert (first.error, len(first.sent)) == ("", 6)
    assert verdicts() == ["created"] * 6
    shown = {row.document_id: row.in_node for row in OrderRow.objects.all()}
    for order in base.orders():
        found = shown[order["document_id"]]
        assert [found[field] for field in ("number", "date", "number_in_node")] == [
            order[f] for f in ("number", "date", "number_in_1c")
        ]
        assert float(found["total"]) == float(order["total"])
        assert [line["item_id"] for line in found["lines"]] == [line["item_id"] for line in order["lines"]]
        assert found["counterparty"]["name"] == order["counterparty"]["name"]
        assert found["posted"] is order["posted"]
        if base.settings.additional_requisites:
            assert found["promo_code"] == order["promo_code"]
            assert found["responsible"]["personnel_number"] == order["responsible"]["personnel_number"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_is_recognised_and_a_node_of_it_has_nothing_to_look_at(make_client: MakeClient, release: str) -> None:
    base = make_client(f"release {release}")
    due_order(Node.objects.get(), "B-1")
    fill(base, 1)
    assert (base.exchange().error, base.exchange().error) == ("", "")
    heard = node_client(Node.objects.get())
    expected = {"retail": "ut_11", "erp": "ut_11", "bitrix_208": "bitrix_209"}.get(release, release)
    assert (heard.name, heard.remarks) == (expected, ())


@pytest.mark.parametrize("name", MAIN)
def test_sent_again_unchanged_and_then_changed(make_client: MakeClient, name: str) -> None:
    base = make_client(name)
    fill(base, 3)
    base.exchange()
    assert base.exchange(everything=True).error == ""
    again = verdicts()[3:]
    assert set(again) <= {"unchanged", "duplicate"}
    assert len(again) == 3
    changed = base.orders()[1]["document_id"]
    base.shop.edit(changed, comment="Другой комментарий")
    assert base.exchange().sent == (changed,)
    assert verdicts()[6:] == ["updated"]


@pytest.mark.parametrize("name", MAIN)
def test_life_of_a_shop_leaves_no_document_without_a_verdict(make_client: MakeClient, name: str) -> None:
    base = make_client(name)
    sent = 0
    for _ in range(5):
        fill(base, 4)
        for _ in range(6):
            random_action(base.shop)
        report = base.exchange()
        assert report.error == ""
        sent += len(report.sent)
    assert OrderRow.objects.count() == 20
    assert set(verdicts()) <= {"created", "updated", "unchanged", "duplicate"}
    assert len(verdicts()) >= sent
    assert base.due() == []


@pytest.mark.parametrize("name", CLIENTS)
def test_orders_of_the_portal_come_into_the_base(make_client: MakeClient, name: str) -> None:
    base = make_client(name)
    node = Node.objects.get()
    rows = [due_order(node, f"B-{number}", comment="Из сделки") for number in (1, 2)]
    report = base.exchange()
    assert (report.error, len(report.loaded)) == ("", 2)
    assert [(one["number"], one["total"], one["comment"]) for one in base.orders()] == [
        ("B-1", "100", "Из сделки"),
        ("B-2", "100", "Из сделки"),
    ]
    assert [one["counterparty"]["name"] for one in base.orders()] == ["Иванов Иван"] * 2
    assert [delivery_of(row).confirmed for row in rows] == [1, 1]
    assert base.exchange().loaded == ()


@pytest.mark.parametrize("name", MAIN)
def test_vanished_before_success_gets_the_same_orders_again(make_client: MakeClient, name: str) -> None:
    base = make_client(name)
    row = due_order(Node.objects.get(), "B-1")
    base.faults.arm("vanish_before", "success")
    taken = base.exchange().loaded
    assert (len(taken), delivery_of(row).confirmed) == (1, 0)
    assert base.exchange().loaded == taken
    assert (len(base.orders()), delivery_of(row).confirmed) == (1, 1)


@pytest.mark.parametrize("fault", ["send_twice", "post_twice", "split_file", "windows_1251"])
@pytest.mark.parametrize("name", ["unf with subordinate documents", "ut"])
def test_files_sent_oddly_make_every_order_once(make_client: MakeClient, name: str, fault: str) -> None:
    base = make_client(name)
    fill(base, 4)
    base.faults.arm(fault)
    assert base.exchange().error == ""
    assert OrderRow.objects.count() == 4
    assert verdicts()[:4] == ["created"] * 4
    assert set(verdicts()[4:]) <= {"unchanged", "duplicate"}


@pytest.mark.parametrize("step", ["checkauth", "file", "import"])
@pytest.mark.parametrize("name", ["unf with subordinate documents", "ut", "bitrix"])
def test_lost_answer_of_an_upload_doubles_nothing(make_client: MakeClient, name: str, step: str) -> None:
    base = make_client(name)
    fill(base, 3)
    base.faults.arm("lose_answer", step, after=1 if step == "checkauth" else 0)
    assert base.exchange().error == ""
    assert (OrderRow.objects.count(), base.due()) == (3, [])
    assert bool(base.faults.pending()) is (step == "import" and name == "ut")  # UT never imports


@pytest.mark.parametrize("name", ["unf", "ut"])
def test_wrong_password_and_sessid_are_refused_and_nothing_is_lost(make_client: MakeClient, name: str) -> None:
    base = make_client(name, repeats=0)
    fill(base, 2)
    base.faults.arm("wrong_password", "checkauth", times=2)
    report = base.exchange()
    assert report.error.startswith("Ошибка авторизации на сервере: failure")
    assert OrderRow.objects.count() == 0
    base.faults.arm("wrong_sessid", "file")
    report = base.exchange()
    assert report.ok is not base.settings.use_session_id
    base.exchange()
    assert (OrderRow.objects.count(), base.due()) == (2, [])


@pytest.mark.parametrize("name", ["unf", "ut", "bitrix"])
def test_truncated_file_is_not_lost_from_sight(make_client: MakeClient, name: str) -> None:
    base = make_client(name, repeats=0)
    fill(base, 3)
    base.faults.arm("truncate_file")
    base.exchange()
    base.exchange(everything=True)
    assert OrderRow.objects.count() == 3
    assert Package.objects.filter(state=Package.State.FAILED).exclude(problem="").exists()


@pytest.mark.parametrize("name", ["unf", "bitrix"])
def test_lists_of_the_hub(make_client: MakeClient, name: str) -> None:
    lists = make_client(name).info()
    assert lists.statuses


@pytest.mark.parametrize("lost", ["", "file", "import"])
def test_payments_sent_before_their_orders_count_once(make_client: MakeClient, lost: str) -> None:
    """The payments come in a file of their own, again in the orders' file, and all of it again the next day."""
    base = make_client("bitrix 3.1")
    fill(base, 3)
    for order in base.orders():
        base.shop.post(order["document_id"])
        base.shop.pay(order["document_id"])
    base.faults.arm("documents_first", times=2)
    if lost:
        base.faults.arm("lose_answer", lost)
    assert base.exchange().error == ""
    assert set(DocumentVerdict.objects.values_list("verdict", "reason_code")) >= {
        ("updated", "taken_with_order"),
        ("created", ""),
    }
    assert not DocumentVerdict.objects.filter(verdict="held").exists()
    base.exchange(everything=True)
    for row in OrderRow.objects.all():
        shown = from_json(Order, row.merged)
        assert (len(shown.settlements), shown.received, shown.paid) == (1, shown.total, True)
    (row,) = ledger()
    assert (row.balanced, row.awaiting, HeldDocument.objects.count()) == (True, 0, 0)


def test_bases_with_one_seed_are_strangers(make_client: MakeClient) -> None:
    south, north = make_client("unf", "south"), make_client("ut", "north")
    fill(south, 2)
    fill(north, 3)
    row = due_order(Node.objects.get(code="north"), "B-1")
    assert (south.exchange().error, north.exchange().error) == ("", "")
    assert (len(south.orders()), len(north.orders())) == (2, 4)
    assert delivery_of(row).confirmed == 1
    assert OrderRow.objects.filter(node__code="south").count() == 2


def test_every_call_is_on_record(make_client: MakeClient) -> None:
    base = make_client("unf with subordinate documents")
    with closing(base):
        fill(base, 1)
        base.exchange()
    assert list(Call.objects.order_by("pk").values_list("mode", flat=True)) == [call.step for call in base.journal.calls]
