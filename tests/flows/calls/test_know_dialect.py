"""A node learns which client its base has, says when that changes, and follows nobody past a pin."""

import datetime as dt

import pytest

from tests.exchange.talk import CLOSING, HEAD, make_node, order, package, zipped
from tests.flows.due_orders import NOW, session_of
from uzel.exchange.commands import Init, StoreFile
from uzel.flows.calls.know_dialect import client_of
from uzel.flows.calls.open_session import init_session
from uzel.flows.calls.receive_upload import Piece, receive_piece
from uzel.flows.files.import_file import import_file
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import Node
from uzel.hub.node_client import node_client

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def receive(node: Node, body: bytes, now: dt.datetime = NOW) -> None:
    """A file comes by the old protocol."""
    piece = Piece(feed_store.store_bytes(body), body[:1000], body[-1000:])
    taken = receive_piece(session_of(node), StoreFile("orders.xml", at_once=True), piece, now)
    read_in_turn(taken.package.pk, now)
    node.refresh_from_db()


def test_a_file_tells_its_writer() -> None:
    node = make_node("shop", profile="ut")
    receive(node, package(order("a")))
    assert node.heard == {
        "client": "ut_11", "at": NOW.isoformat(), "before": "",
        "from": "orders.xml: ВерсияСхемы 2.07, xmlns urn:1C.ru:commerceml_2",
    }  # fmt: skip
    receive(node, package(order("b")), LATER)
    assert node.heard["at"] == NOW.isoformat(), "nothing is new"
    assert node_client(node).remarks == ()


def test_a_file_inside_a_zip_tells_too() -> None:
    node = make_node("shop", profile="ut")
    receive(node, zipped({"orders.xml": package(order("a"))}))
    assert node.heard is not None


def test_a_change_is_said() -> None:
    node = make_node("shop", profile="ut")
    old = f'{HEAD}<КоммерческаяИнформация ВерсияСхемы="2.04">{order("a")}{CLOSING}'.encode()
    receive(node, old)
    assert client_of(session_of(node)).name == "ut_103"
    receive(node, package(order("b")), LATER)
    assert (node.heard["client"], node.heard["before"], node.heard["at"]) == ("ut_11", "ut_103", LATER.isoformat())
    assert node_client(node).remarks == ("диалект сменился: был УТ 10.3, стал УТ 11, Розница, КА, ERP",)


def test_a_client_of_another_profile_is_shown_and_not_followed() -> None:
    node = make_node("shop", profile="unf")
    receive(node, package(order("a")))
    assert node.heard["client"] == "ut_11"
    assert client_of(session_of(node)).name == "unf_30"
    (remark,) = node_client(node).remarks
    assert "заведён как unf, а говорит как ut" in remark
    assert "uzel node set shop --profile ut" in remark


def test_a_pin_stands_and_the_difference_is_shown() -> None:
    node = make_node("shop", dialect="unf_16")
    session = session_of(node)
    init_session(session, Init("2.09", "2.10"), NOW)
    assert node.heard == {
        "client": "unf_30_subordinate", "at": NOW.isoformat(), "from": "init version=2.09 cmlVersion=2.10", "before": "",
    }  # fmt: skip
    assert client_of(session).name == "unf_16"
    (remark,) = node_client(node).remarks
    assert "закреплён unf_16, а говорит как unf_30_subordinate" in remark


def test_an_init_without_parameters_tells_nothing() -> None:
    node = make_node("shop")
    init_session(session_of(node), Init("", ""), NOW)
    node.refresh_from_db()
    assert node.heard is None
    assert node_client(node).name == ""


def test_a_catalogue_tells_nothing() -> None:
    node = make_node("shop", profile="unf", catalog_source=True)
    head = '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_210" ВерсияСхемы="2.08">'
    receive(node, f"{HEAD}{head}<Каталог><Ид>1</Ид></Каталог>{CLOSING}".encode())
    assert node.heard is None


def test_a_file_fed_by_hand_tells_nothing_of_the_base(tmp_path_factory: pytest.TempPathFactory) -> None:
    node = make_node("shop", profile="ut")
    path = tmp_path_factory.mktemp("fed") / "orders.xml"
    path.write_bytes(package(order("a")))
    import_file(node, path)
    node.refresh_from_db()
    assert node.heard is None
