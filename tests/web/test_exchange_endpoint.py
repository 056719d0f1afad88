"""The exchange page over HTTP: whole conversations of each client, byte for byte (onec-exchange 1)."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from tests.exchange.talk import PASSWORD, Talk, basic, make_node, order, package, zipped
from tests.flows.due_orders import NOW, change_in_portal, delivery_of, due_order
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub.models import Call, DocumentVerdict, ExchangeSession, Node, OrderRow, Package

pytestmark = pytest.mark.django_db
UPLOAD = "&version=2.09&cmlVersion=2.10"


@pytest.fixture
def shop() -> Node:
    return make_node("shop", receives_changes=True)


def given(answer: str) -> list[str]:
    """Numbers of the orders in an answer to a query."""
    return [element.findtext("Номер") or "" for element in etree.fromstring(answer.encode()).iter("Документ")]


def empty(answer: str) -> bool:
    """An empty root element, and nothing before the declaration."""
    root = etree.fromstring(answer.encode())
    return answer.startswith("<?xml ") and (root.tag, len(root), root.nsmap) == ("КоммерческаяИнформация", 0, {})


def read_all() -> None:
    """What a worker does."""
    for waiting in Package.objects.filter(state=Package.State.WAITING).order_by("pk"):
        read_in_turn(waiting.pk, NOW)


# --------------------------------------------------------------------------------------------------- whole conversations


def test_unf_without_subordinate_documents(shop: Node) -> None:
    due_order(shop, "7")
    base = Talk()
    lines = base.ask("checkauth").split("\n")
    session = ExchangeSession.objects.get()
    assert lines == ["success", "UZELSESSION", session.cookie, f"sessid={session.token}"]
    base.cookie, base.sessid = f"{lines[1]}={lines[2]}", lines[3]
    assert base.ask("init") == "zip=no\nfile_limit=209715200"
    assert given(base.ask("query")) == ["7"]
    assert base.ask("success") == "success"

    base.open()
    assert base.ask("init") == "zip=no\nfile_limit=209715200"
    assert base.send(b"\xef\xbb\xbf" + package(order("a", "1"), order("b", "2")), "orders-1_0.xml") == "success"
    assert list(DocumentVerdict.objects.values_list("verdict", flat=True)) == ["created", "created"]


def test_unf_with_subordinate_documents(shop: Node, settings: Any) -> None:
    settings.UZEL_PART_LIMIT_BYTES = 300
    due_order(shop, "7")
    base = Talk().open()
    assert base.ask("init", "&cmlVersion=2.10") == "zip=no\nfile_limit=209715200"
    assert 'ВерсияСхемы="2.10"' in base.ask("query")
    assert base.ask("success") == "success"

    base.open()
    assert base.ask("init", UPLOAD) == f"zip=yes\nfile_limit=300\n{base.sessid}\nversion=2.09"
    data = zipped({"orders-1_0.xml": package(order("a", "1"))})
    for start in range(0, len(data), 300):
        assert base.ask("file", f"{UPLOAD}&filename=v8_1A_2B.zip", data[start : start + 300]) == "success"
    assert base.ask("import", f"{UPLOAD}&filename=orders-1_0.xml") == "progress\nИдет распаковка архива."
    read_all()
    assert base.ask("import", f"{UPLOAD}&filename=orders-1_0.xml") == "success"
    assert DocumentVerdict.objects.get().verdict == "created"


def test_ut_and_retail_never_name_a_session_nor_ask_to_import(shop: Node) -> None:
    Node.objects.update(profile="ut")
    due_order(shop, "7")
    base = Talk().open(sessid=False)
    assert given(base.ask("query")) == ["7"]
    assert base.ask("success") == "success"

    base.open(sessid=False)
    assert base.ask("init").count("\n") == 1, "exactly two lines and no newline behind them"
    assert base.send(package(order("a", "1"))) == "success"
    assert DocumentVerdict.objects.get().verdict == "created"
    assert not Call.objects.filter(mode="import").exists()


def test_the_bitrix_module_asks_until_nothing_is_left(shop: Node) -> None:
    Node.objects.update(profile="bitrix", encoding="windows-1251", orders_per_query=2)
    for number in ("1", "2", "3"):
        due_order(shop, number)
    base = Talk().open()
    assert base.answer["Content-Type"] == "text/plain; charset=windows-1251"
    assert base.ask("init", "&version=3.1").endswith("\nversion=2.09")
    rounds = []
    while True:
        answer = base.ask("query", "&version=3.1")
        assert answer.startswith('<?xml version="1.0" encoding="windows-1251"?>\n<КоммерческаяИнформация')
        assert base.answer["Content-Type"] == "application/xml; charset=windows-1251"
        rounds.append([n.findtext("Номер") for n in etree.fromstring(base.answer.content).iter("Документ")])
        assert base.ask("success") == "success"
        if not rounds[-1]:
            break
    assert rounds == [["1", "2"], ["3"], []]

    assert base.send(package(order("a", "1")).replace(b"UTF-8", b"utf-8"), "documents___1.xml") == "success"
    assert base.ask("import", "&filename=documents___1.xml").startswith("progress\n")
    read_all()
    assert base.ask("import", "&filename=documents___1.xml") == "success"


def test_crm_is_sale_by_another_name(shop: Node) -> None:
    base = Talk(kind="crm").open()
    assert empty(base.ask("query"))
    assert Call.objects.filter(kind="crm").count() == 2


def test_basic_alone_is_enough(shop: Node) -> None:
    base = Talk()
    base.ask("checkauth")
    assert base.ask("init") == "zip=no\nfile_limit=209715200"
    assert empty(base.ask("query"))
    assert base.ask("success") == "success"


def test_cookie_and_sessid_are_enough(shop: Node) -> None:
    base = Talk().open()
    base.authorization = ""
    assert empty(base.ask("query"))
    base.cookie = ""
    assert base.ask("query") == "failure\nУкажите логин и пароль."
    assert (base.answer.status_code, base.answer["WWW-Authenticate"]) == (401, 'Basic realm="1C"')


SAMPLES = Path(os.environ.get("UZEL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples")) / "orders"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples on this machine")
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.xml")))
def test_real_files_get_a_verdict_for_every_document(shop: Node, name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    answer = Talk().open().send(data)
    call, received = Call.objects.get(mode="file"), Package.objects.get()
    assert answer.partition("\n")[0] in ("success", "failure")
    assert call.problem_code == ""
    assert received.documents_received == DocumentVerdict.objects.count()
    assert received.problem_code != "our_fault"
    assert received.documents_received > 0 or "empty" in name


def test_a_base_on_linux_names_its_file_with_the_folder_that_it_stands_in(shop: Node) -> None:
    assert Talk().open().send(package(order("o")), "/tmp/orders-1_0.xml") == "success"
    assert Package.objects.get().file_name == "orders-1_0.xml"
    assert Talk().open().send(package(order("o")), "/tmp/../orders.xml").startswith("failure\nИмя файла выводит")


# ------------------------------------------------------------------------------------------------------ addresses, headers


@pytest.mark.parametrize(
    "path", ["/1c/shop", "/1c/shop/", "/1c/shop/bitrix/admin/1c_exchange.php", "/1c/shop/a/b/", "/bitrix/admin/1c_exchange.php",
             "/bitrix/admin/1c_exchange.php/", "/1c/", "/1c"],
)  # fmt: skip
def test_the_page_answers_everywhere_without_redirects(shop: Node, path: str) -> None:
    base = Talk(path=path)
    assert base.ask("checkauth").startswith("success\n")
    assert base.answer.status_code == 200


@pytest.mark.parametrize("path", ["/1c/other/", "/1c/nowhere/", "/1c/sho/", "/1c/shop%00/", "/1c/%20shop/"])
def test_a_base_is_a_stranger_at_the_door_of_another(shop: Node, path: str) -> None:
    make_node("other")
    assert Talk(path=path).ask("checkauth").startswith("failure\nНеверный логин или пароль, либо база с таким адресом")


def test_info_is_asked_at_the_root_whatever_the_address(shop: Node) -> None:
    base = Talk().open()
    base.path = "/bitrix/admin/1c_exchange.php"
    answer = base.ask("info")
    assert answer.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = etree.fromstring(answer.encode())
    assert (root.tag, [child.tag for child in root]) == ("Справочник", ["Cтатусы", "ПлатежныеСистемы", "СлужбыДоставки"])
    kinds = [element.text for element in root.iter("ТипОплаты")]
    assert kinds == ["Наличная оплата", "Безналичная оплата", "Эквайринговая оплата"]
    statuses = {item.findtext("Ид"): item.findtext("Название") for item in root[0]}
    assert statuses == {"N": "Принят", "P": "В работе", "D": "Доставляется", "F": "Выполнен"}


def test_info_shows_the_bases_own_statuses(shop: Node) -> None:
    Node.objects.update(stages=[["A", "Собран", "EXECUTING"], ["@paid", "Оплачен", "WON"]])
    root = etree.fromstring(Talk().ask("info").encode())
    assert [(item.findtext("Ид"), item.findtext("Название")) for item in root[0]] == [("A", "Собран")]


def test_info_shows_the_bases_own_payment_systems_and_deliveries(shop: Node) -> None:
    Node.objects.update(payments=[["k", "Карта, терминал", "Эквайринговая оплата"]], deliveries=[["pvz", "Пункт выдачи"]])
    root = etree.fromstring(Talk().ask("info").encode())
    assert [[part.text for part in item] for item in root[1]] == [["k", "Карта, терминал", "Эквайринговая оплата"]]
    assert [[part.text for part in item] for item in root[2]] == [["pvz", "Пункт выдачи"]]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_bytes_and_headers_of_an_answer(shop: Node, encoding: str) -> None:
    Node.objects.update(encoding=encoding)
    base = Talk()
    base.ask("nonsense")
    answer = base.answer
    assert answer.content == "failure\nНеизвестная команда.".encode(encoding)
    assert dict(answer.items()) == {
        "Content-Type": f"text/plain; charset={encoding}",
        "Content-Length": str(len(answer.content)),
        "Cache-Control": "no-store",
    }


def test_an_answer_is_never_compressed(shop: Node) -> None:
    answer = Client(headers={"Authorization": basic("shop-login"), "Accept-Encoding": "gzip"}).get(
        "/1c/shop/?type=sale&mode=info"
    )
    assert "Content-Encoding" not in answer
    assert answer.content.startswith(b"<?xml")


def test_a_query_may_be_posted(shop: Node) -> None:
    base = Talk().open()
    assert empty(base.ask("query", body=b""))


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_a_file_name_may_be_cyrillic(shop: Node, encoding: str) -> None:
    base = Talk().open()
    quoted = "".join(f"%{byte:02X}" for byte in "заказы".encode(encoding))
    assert base.send(package(order("a")), f"{quoted}.xml") == "success"
    assert Package.objects.get().file_name == "заказы.xml"


def test_a_password_in_windows_1251(shop: Node) -> None:
    import base64

    header = "Basic " + base64.b64encode(f"shop-login:{PASSWORD}".encode("windows-1251")).decode()
    assert Talk(authorization=header).ask("checkauth").startswith("success\n")


def test_other_exchanges_are_refused_in_words(shop: Node) -> None:
    assert Talk(kind="catalog").ask("checkauth").startswith("failure\nЭта база не источник каталога.")
    assert Talk(kind="nonsense").ask("checkauth") == "failure\nНеизвестный тип обмена (type)."


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_odd_methods_get_words_not_a_page_of_django(shop: Node, method: str) -> None:
    answer = Client(headers={"Authorization": basic("shop-login")}).generic(method, "/1c/shop/?type=sale&mode=checkauth")
    assert answer.content.decode() == "failure\nКоманда checkauth принимается методом GET."


def test_thousands_of_parameters_break_nothing(shop: Node) -> None:
    assert Talk().ask("checkauth", "&a=1" * 5000).startswith("success\n")


# --------------------------------------------------------------------------------------------------- repeats, interruptions


def test_a_file_sent_again_after_a_lost_answer_changes_nothing(shop: Node) -> None:
    base = Talk().open()
    for _ in range(2):
        assert base.send(package(order("a", "1"))) == "success"
    assert list(DocumentVerdict.objects.order_by("pk").values_list("verdict", flat=True)) == ["created", "unchanged"]


def test_a_crash_between_query_and_success_gives_the_same_orders_again(shop: Node) -> None:
    due_order(shop, "7")
    base = Talk().open()
    assert given(base.ask("query")) == ["7"]
    base.open()
    assert given(base.ask("query")) == ["7"]
    assert base.ask("success") == "success"
    assert given(base.ask("query")) == []


def test_an_order_that_changed_between_query_and_success_is_given_again(shop: Node) -> None:
    row = due_order(shop, "7")
    base = Talk().open()
    base.ask("query")
    change_in_portal(row, comment="после")
    base.ask("success")
    assert "<Комментарий>после</Комментарий>" in base.ask("query")


def test_an_upload_interrupted_half_way_is_closed_with_a_reason(shop: Node) -> None:
    base = Talk().open()
    base.ask("init", UPLOAD)
    assert base.send(package(order("a"))[:200]) == "success"
    base.open()
    failed = Package.objects.get()
    assert (failed.state, failed.problem) == (
        "failed",
        "Передача файла оборвалась. Принятое сохранено, база пришлёт файл снова.",
    )
    assert failed.parts.get().feed.size == 200


def test_what_a_base_sends_is_not_read_back_while_it_is_unread(shop: Node) -> None:
    row = due_order(shop, "7")
    base = Talk().open()
    base.ask("init", UPLOAD)
    base.send(package(order("a", "1")))
    assert given(base.ask("query")) == []
    assert delivery_of(row).locked_reason == "файл «orders.xml» этой базы ещё не разобран"
    base.ask("import", "&filename=orders.xml")
    read_all()
    assert given(base.ask("query")) == ["7"]


# ---------------------------------------------------------------------------------------------- bases are strangers (named)


@pytest.fixture
def two_bases(shop: Node) -> tuple[Talk, Talk]:
    make_node("shop2", receives_changes=True)
    return Talk("shop"), Talk("shop2")


def test_the_shared_cursor(two_bases: tuple[Talk, Talk]) -> None:
    """Bitrix keeps its cursor by the first 22 characters of the path: one base's success hides orders from the other."""
    first, second = two_bases
    assert first.path is not None
    assert second.path is not None
    mine = due_order(Node.objects.get(code="shop"), "1")
    theirs = due_order(Node.objects.get(code="shop2"), "2")
    first.path = second.path = "/bitrix/admin/1c_exchange.php"  # one address for both, told apart by the login
    first.open()
    second.open()
    assert (given(first.ask("query")), given(second.ask("query"))) == (["1"], ["2"])
    assert first.ask("success") == "success"
    assert (delivery_of(mine).confirmed, delivery_of(theirs).confirmed) == (1, 0)
    assert given(first.ask("query")) == []
    assert given(second.open().ask("query")) == ["2"], "the other base's success moved nothing of mine"
    assert second.ask("success") == "success"
    assert delivery_of(theirs).confirmed == 1


def test_the_stolen_acknowledgement(two_bases: tuple[Talk, Talk]) -> None:
    """Bitrix keeps the session of the last checkauth in one option: the other base's login invalidates my success."""
    first, second = two_bases
    mine = due_order(Node.objects.get(code="shop"), "1")
    first.open()
    assert given(first.ask("query")) == ["1"]
    second.open()
    assert given(second.ask("query")) == []
    assert second.ask("success") == "success"
    assert delivery_of(mine).confirmed == 0, "somebody else's success does not confirm my orders"
    stolen = Talk("shop2", cookie=first.cookie, sessid=first.sessid)
    assert stolen.ask("success") == "failure\nСеанс открыт другой базой. Начните обмен заново."
    stolen = Talk("shop2", sessid=first.sessid)
    assert stolen.ask("success").startswith("failure\nСеанс не найден.")
    assert delivery_of(mine).confirmed == 0
    assert first.ask("success") == "success", "and somebody else's login does not spoil mine"
    assert delivery_of(mine).confirmed == 1


def test_the_wiped_upload(two_bases: tuple[Talk, Talk]) -> None:
    """Bitrix wipes one work folder at every init: a base that logs in destroys what another is uploading."""
    first, second = two_bases
    mine, theirs = package(order("a", "1")), package(order("b", "2"))
    first.open()
    first.ask("init", UPLOAD)
    assert first.send(mine[:300]) == "success"
    second.open()
    second.ask("init", UPLOAD)
    assert second.send(theirs[:200]) == "success"
    assert first.send(mine[300:]) == "success"
    second.open()
    second.ask("init", UPLOAD)
    assert second.send(theirs) == "success"
    for base in two_bases:
        assert base.ask("import", "&filename=orders.xml").startswith("progress\n")
    read_all()
    assert [base.ask("import", "&filename=orders.xml") for base in two_bases] == ["success", "success"]
    orders = OrderRow.objects.order_by("number").values_list("node__code", "document_id")
    assert list(orders) == [("shop", "a"), ("shop2", "b")]


@pytest.mark.parametrize("parameter", ["ORDER_ID=7", "MODIFICATION_LABEL=1700000000"])
def test_a_pull_of_single_orders_takes_nothing(shop: Node, parameter: str) -> None:
    row = due_order(shop, "7")
    base = Talk(kind="crm").open()
    assert base.ask("query", f"&{parameter}").startswith("failure\nВыборка заказов по ORDER_ID")
    assert given(base.ask("query")) == ["7"]
    assert base.ask("success") == "success"
    assert delivery_of(row).confirmed == 1


def test_counterparties_alone_are_archived_and_make_nothing(shop: Node) -> None:
    text = (
        package()
        .decode()
        .replace("</КоммерческаяИнформация>", "<Контрагенты><Контрагент><Ид>b</Ид></Контрагент></Контрагенты>")
    )
    body = (text + "</КоммерческаяИнформация>").encode()
    assert Talk().open().send(body, "contragents___1.xml") == "success"
    kept = Package.objects.get()
    assert (kept.state, kept.documents_received, kept.feed is not None) == (Package.State.DONE, 0, True)
    assert not OrderRow.objects.exists()
