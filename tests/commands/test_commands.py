"""The commands as users type them, on a real database and real emulators."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.exchange.talk import package, zipped
from tests.flows.catalogue import goods, item, offer, offers, price
from uzel.cli import main
from uzel.emulators.bitrix24_portal import RunningPortal, start_portal
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.write import write_orders
from uzel.hub.models import Call, Delivery, Node, Package, Portal
from uzel.hub.passwords import verify_password

pytestmark = pytest.mark.django_db
Run = Callable[..., str]


@pytest.fixture
def uzel(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that must succeed; what it printed."""

    def run(*words: str, fails: bool = False) -> str:
        code = main(words)
        printed = capsys.readouterr()
        assert code == (2 if fails else 0), printed.err
        return printed.err if fails else printed.out

    return run


@pytest.fixture
def portal() -> Iterator[RunningPortal]:
    with start_portal(limits=False) as found:
        yield found


@pytest.fixture
def shop(uzel: Run) -> None:
    uzel("node", "add", "shop", "--title", "Тверская", "--login", "shop", "--password", "s3cret", "--receives-changes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three orders as UNF writes it."""
    base = Base("unf", "http://127.0.0.1/", "shop", "x")
    orders = [base.shop.new_order() for _ in range(3)]
    path = tmp_path / "orders.xml"
    path.write_bytes(write_orders(orders, base.shop.books, base.settings, base.shop.clock()))
    return path


def test_who_waits_for_an_order_is_listed(uzel: Run, shop: None, tmp_path: Path) -> None:
    paid = "<Документ><Ид>p</Ид><Номер>7</Номер><ХозОперация>Выплата наличных денег</ХозОперация><Сумма>12.50</Сумма>"
    path = tmp_path / "payments.xml"
    path.write_bytes(package(f"{paid}<Основание>no-such</Основание></Документ>"))
    uzel("import", str(path), "--node", "shop")
    (one,) = as_json(uzel("orders", "held", "--node", "shop", "--json"))
    assert (one["number"], one["total"], one["waits_for"], one["file"]) == ("7", "12.5", "no-such", "payments.xml")
    assert "Ждут своих заказов" in uzel("orders", "held")
    assert "ждут заказа 1" in uzel("ledger")
    assert as_json(uzel("orders", "held", "--node", "other", "--json")) == []


def as_json(text: str) -> Any:
    return json.loads(text)


def test_a_node_is_added_listed_and_changed(uzel: Run, shop: None) -> None:
    assert as_json(uzel("node", "list", "--json"))[0]["receives_changes"] is True
    assert "получает изменения" in uzel("node", "list")
    uzel("node", "set", "shop", "--title", "Арбат", "--no-receives-changes", "--stage", "N=Принят=NEW", "--no-active")
    node = Node.objects.get()
    assert (node.title, node.receives_changes, node.stages, node.active) == ("Арбат", False, [["N", "Принят", "NEW"]], False)
    assert verify_password(node.password_hash, "s3cret")
    assert "ВЫКЛЮЧЕНА" in uzel("node", "list")


def test_a_node_is_shown_with_its_client(uzel: Run, shop: None) -> None:
    assert "ещё не узнана" in uzel("node", "show", "shop")
    heard = {"client": "unf_30", "at": "2026-01-10T09:00:00+00:00", "from": "orders.xml", "before": "unf_16"}
    Node.objects.update(heard=heard)
    uzel("node", "set", "shop", "--dialect", "unf_16")
    told = uzel("node", "show", "shop")
    assert "1С:УНФ 3.0 (unf_30), 10.01.2026 12:00, по orders.xml" in told
    assert "1С:УНФ 1.6 (unf_16)" in told
    client = as_json(uzel("node", "show", "shop", "--json"))["client"]
    assert (client["name"], client["before"], client["pinned"], len(client["remarks"])) == ("unf_30", "unf_16", "unf_16", 2)
    assert "диалект unf_16 бывает у профиля unf" in uzel("node", "set", "shop", "--profile", "ut", fails=True)
    uzel("node", "set", "shop", "--dialect", "auto", "--profile", "ut")
    assert Node.objects.get().dialect == ""


def test_what_a_base_may_is_set_listed_and_shown(uzel: Run, shop: None) -> None:
    assert "получает каталог" not in uzel("node", "show", "shop")
    uzel("node", "set", "shop", "--receives-catalog")
    assert "получает каталог" in uzel("node", "show", "shop")
    assert "получает каталог" in uzel("node", "list")
    assert as_json(uzel("node", "show", "shop", "--json"))["receives_catalog"] is True


def test_a_new_password_ends_the_sessions_of_the_old_one(uzel: Run, shop: None, client: Any) -> None:
    opened = client.get("/1c/shop/?type=sale&mode=checkauth", headers={"authorization": "Basic c2hvcDpzM2NyZXQ="})
    _, name, cookie, token = opened.content.decode().split("\n")
    client.cookies[name] = cookie
    assert client.get(f"/1c/shop/?type=sale&mode=query&{token}").content.startswith(b"<?xml")
    uzel("node", "set", "shop", "--password", "other")
    assert client.get(f"/1c/shop/?type=sale&mode=query&{token}").content.startswith(b"failure")


def test_a_password_may_be_asked_for(uzel: Run, shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    uzel("node", "set", "shop", "--password", "-")
    assert verify_password(Node.objects.get().password_hash, "typed")


def test_two_bases_cannot_share_a_code_or_a_login(uzel: Run, shop: None) -> None:
    again = ("node", "add", "shop", "--title", "x", "--login", "y", "--password", "z")
    assert "уже есть" in uzel(*again, fails=True)
    same = ("node", "add", "other", "--title", "x", "--login", "shop", "--password", "z")
    assert "занят" in uzel(*same, fails=True)
    assert "нет" in uzel("node", "set", "nobody", "--title", "x", fails=True)
    assert "через знак «=»" in uzel("node", "set", "shop", "--stage", "N=Принят", fails=True)


def test_a_file_is_imported_with_a_verdict_for_every_document(uzel: Run, shop: None, file: Path) -> None:
    first = as_json(uzel("import", str(file), "--node", "shop", "--json"))
    assert [row["verdict"] for row in first] == ["created"] * 3
    assert "без изменений" in uzel("import", str(file), "--node", "shop")
    (row,) = as_json(uzel("ledger", "--json"))
    assert (row["received"], row["balanced"], row["orders"]) == (6, True, 3)
    told = uzel("ledger", "--node", "shop")
    assert "создан 3, без изменений 3" in told
    assert "Сходится: получено документов 6, вердиктов 6" in told


def test_the_ledger_balances_day_by_day(uzel: Run, shop: None, file: Path) -> None:
    uzel("import", str(file), "--node", "shop")
    uzel("import", str(file), "--node", "shop")
    Package.objects.filter(pk=Package.objects.earliest("pk").pk).update(finished_at=timezone.now() - dt.timedelta(days=2))
    today, before = as_json(uzel("ledger", "--by-day", "--json"))
    assert (today["received"], today["verdicts"]["unchanged"], today["balanced"]) == (3, 3, True)
    assert (before["received"], before["verdicts"]["created"], before["balanced"]) == (3, 3, True)
    assert len(as_json(uzel("ledger", "--by-day", "--days", "1", "--json"))) == 1
    assert "создан 3" in uzel("ledger", "--by-day", "--node", "shop")


def test_an_unreadable_file_is_said_so_and_kept(uzel: Run, shop: None, tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(b"<?xml version='1.0'?><html/>")
    assert uzel("import", str(path), "--node", "shop", fails=True).startswith("uzel: ")
    (row,) = as_json(uzel("ledger", "--json"))
    assert (row["failed_packages"], row["balanced"]) == (1, True)
    assert "нет" in uzel("import", str(tmp_path / "absent.xml"), "--node", "shop", fails=True)
    assert "нет базы с кодом «x»" in uzel("import", str(path), "--node", "x", fails=True)


def test_catalogue_files_are_counted_by_kind(uzel: Run, shop: None, tmp_path: Path) -> None:
    first, second = tmp_path / "a.xml", tmp_path / "b.zip"
    first.write_bytes(goods(item("i"), item("", "Без Ид")))
    second.write_bytes(zipped({"b.xml": offers(offer("i", price("5"))), "import_files/1.jpg": b"x"}))
    Node.objects.update(portal=Portal.objects.create())
    assert "не источник каталога" in uzel("import", str(first), "--node", "shop", fails=True)
    uzel("node", "set", "shop", "--catalog-source")
    told = uzel("import", str(first), str(second), "--node", "shop")
    assert [word in told for word in ("товары", "предложения", "Нет идентификатора (Ид)", "взято не всё")] == [
        True,
        True,
        True,
        False,
    ]
    rows = as_json(uzel("import", str(first), "--node", "shop", "--json"))
    assert rows[0] == {
        "file": "a.xml", "kind": "item", "word": "товары", "created": 0, "changed": 0, "unchanged": 1, "refused": 1,
    }  # fmt: skip
    assert (rows[1]["reason_code"], rows[1]["refused"]) == ("id_missing", True)
    files = as_json(uzel("ledger", "--catalogue", "--json"))
    assert [(file["file"], file["received"], file["balanced"]) for file in files] == [
        ("a.xml", 2, True), ("b.xml", 1, True), ("a.xml", 2, True), ("a.xml", 0, True),
    ]  # fmt: skip
    assert "отклонено" in uzel("ledger", "--catalogue")


def test_of_several_files_the_bad_one_is_named(uzel: Run, shop: None, file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"<html/>")
    assert "bad.xml: Это не CommerceML" in uzel("import", str(file), str(bad), "--node", "shop", fails=True)
    assert Package.objects.count() == 2


def test_orders_are_listed_and_shown(uzel: Run, shop: None, file: Path) -> None:
    uzel("import", str(file), "--node", "shop")
    listed = as_json(uzel("orders", "list", "--node", "shop", "--json"))
    number = listed[0]["number"]
    assert len(listed) == 3
    assert number in uzel("orders", "list", "--limit", "1")
    whole = as_json(uzel("orders", "show", "shop", number, "--json"))
    assert (whole["merged"]["number"], whole["verdicts"][0]["verdict"]) == (number, "created")
    told = uzel("orders", "show", "shop", number)
    assert f"Заказ {number} базы «Тверская», сделка ещё не создана" in told
    assert "состав заказа" in told
    assert "нет заказа" in uzel("orders", "show", "shop", "nothing", fails=True)


def test_calls_are_listed_and_shown_with_their_feed(uzel: Run, shop: None, client: Any, tmp_path: Path) -> None:
    client.get("/1c/shop/?type=sale&mode=checkauth", headers={"authorization": "Basic c2hvcDpzM2NyZXQ="})
    (row,) = as_json(uzel("calls", "list", "--json"))
    assert (row["mode"], row["status"], row["node__code"]) == ("checkauth", 200, "shop")
    assert "sale checkauth" in uzel("calls", "list")
    shown = as_json(uzel("calls", "show", str(row["id"])))
    assert shown["reply_text"].startswith("success\n")
    assert "s3cret" not in json.dumps(shown)
    assert "нет" in uzel("calls", "show", "999", fails=True)
    assert Call.objects.count() == 1


def test_a_portal_is_connected_set_up_and_drained(uzel: Run, shop: None, portal: RunningPortal, file: Path) -> None:
    assert "ещё не подключён" in uzel("portal", "setup", fails=True)
    assert "Обмен Узел" in uzel("portal", "connect", portal.webhook)
    assert "создано" in uzel("portal", "setup")
    assert all(check["passed"] for check in as_json(uzel("portal", "setup", "--json")))
    uzel("employee", "add", "0000-00001", "--portal-user", "2")
    assert as_json(uzel("employee", "list", "--json"))[0]["user_id"] == 2
    uzel("import", str(file), "--node", "shop")
    uzel("worker", "--once")
    assert len(portal.state()["deals"]) == 3
    assert "3 из 3" in uzel("ledger")
    assert "Прочитано сделок" in uzel("portal", "sweep")
    assert as_json(uzel("employee", "list", "--unmapped", "--json")) == []


def test_what_was_given_up_is_tried_again(uzel: Run, shop: None, portal: RunningPortal, file: Path) -> None:
    uzel("portal", "connect", portal.webhook)
    uzel("portal", "setup")
    uzel("import", str(file), "--node", "shop")
    Delivery.objects.update(problem_code="x", problem="портал не принял", attempts=6)
    uzel("worker", "--once")
    assert portal.state()["deals"] == []
    assert "портал не принял 3" in uzel("ledger")
    assert "доставкам: 3" in uzel("orders", "retry", "--node", "shop")
    uzel("worker", "--once")
    assert len(portal.state()["deals"]) == 3


def test_a_bad_webhook_is_one_sentence(uzel: Run, portal: RunningPortal) -> None:
    assert "вебхука" in uzel("portal", "connect", "https://nowhere/", fails=True)
    assert "uzel: " in uzel("portal", "connect", f"{portal.url}/rest/1/wrong/", fails=True)
    assert not Portal.objects.exists()


# --- silence and alerts -----------------------------------------------------------------------------------------------


def test_a_bound_of_silence_is_set_and_shown(uzel: Run, shop: None) -> None:
    Node.objects.update(last_call_at=timezone.now(), silent_since=timezone.now(), silence_told_at=timezone.now())
    assert "пауза не по её ритму" in uzel("node", "show", "shop")
    assert as_json(uzel("node", "list", "--json"))[0]["silent_since"]
    assert "изменено 1" in uzel("node", "set", "shop", "--silence-after", "120")
    node = Node.objects.get()
    assert (node.silence_after_min, node.silent_since, node.silence_told_at) == (120, None, None)
    assert "120 мин без обращений" in uzel("node", "show", "shop")
    uzel("node", "set", "shop", "--silence-after", "off")
    assert as_json(uzel("node", "show", "shop", "--json"))["silence_after_min"] == 0
    uzel("node", "set", "shop", "--silence-after", "auto")
    assert Node.objects.get().silence_after_min is None
    for wrong in ("4", "-5", "много", "99999999"):
        assert "целое число минут от 5" in uzel("node", "set", "shop", f"--silence-after={wrong}", fails=True)


def test_alerts_are_tried_and_listed(uzel: Run, settings: Any) -> None:
    assert "оповещать некуда" in uzel("alert", "test", fails=True)
    settings.UZEL_MAIL_TO = ["admin@example.com"]
    assert "почта (admin@example.com): доставлено" in uzel("alert", "test")
    assert "проверка оповещений" in uzel("alert", "list")
    assert as_json(uzel("alert", "list", "--json"))[0]["state"] == "доставлено"


def test_payment_systems_and_deliveries_are_tables_of_the_node(uzel: Run, shop: None) -> None:
    assert "1 Наличные; 2 Безналичные; 3 Эквайринг" in uzel("node", "show", "shop")
    uzel("node", "set", "shop", "--payment", "k=Карта=Эквайринговая оплата", "--delivery", "1=Курьер", "--delivery", "2=Почта")
    node = Node.objects.get()
    assert node.payments == [["k", "Карта", "Эквайринговая оплата"]]
    assert node.deliveries == [["1", "Курьер"], ["2", "Почта"]]
    assert as_json(uzel("node", "show", "shop", "--json"))["deliveries"] == node.deliveries
    assert "тип оплаты бывает" in uzel("node", "set", "shop", "--payment", "k=Карта=Картой", fails=True)
    assert "нужно 3 части" in uzel("node", "set", "shop", "--payment", "k=Карта", fails=True)
    uzel("node", "set", "shop", "--payment", "standard", "--delivery", "standard")
    assert (Node.objects.get().payments, Node.objects.get().deliveries) == ([], [])
