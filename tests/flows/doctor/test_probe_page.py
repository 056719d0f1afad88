"""The doctor before the real exchange page, with a front between them that spoils one thing at a time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.exchange.talk import PASSWORD, Talk, make_node
from tests.flows.doctor.front import front
from tests.flows.due_orders import due_order
from uzel.flows.doctor.finding import Finding, Grade, examine
from uzel.flows.doctor.node_checks import WAY_CHECKS
from uzel.flows.doctor.observe_node import observe_node
from uzel.flows.doctor.probe_page import Door, WrongUrlError, page_address, probe_page
from uzel.hub.models import Call, Delivery, ExchangeSession, Feed, Node, OrderRow, Package

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
LIMIT = 3 << 20


@pytest.fixture(scope="module")
def hub() -> Iterator[LiveServer]:
    with override_settings(STATIC_URL="/static/"):
        server = LiveServer("127.0.0.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield server
    server.stop()


@pytest.fixture
def shop(transactional_db: None, settings: Any) -> Node:
    settings.UZEL_FILE_LIMIT_BYTES = LIMIT
    return make_node("shop", receives_changes=True)


def door(address: str, password: str = PASSWORD, **more: Any) -> Door:
    return Door(page_address(address, "shop"), "shop-login", password, file_limit=LIMIT, **more)


def findings(address: str, **more: Any) -> dict[str, Finding]:
    return {one.code: one for one in examine(WAY_CHECKS, probe_page(door(address, **more), timezone.now()))}


def ill(found: dict[str, Finding]) -> set[str]:
    return {code for code, one in found.items() if one.grade in (Grade.WARNING, Grade.WRONG)}


def test_through_an_honest_front_all_is_well(shop: Node, hub: LiveServer) -> None:
    with front(hub.url) as address:
        found = findings(address, whole_limit=True)
    assert ill(found) == set()
    untold = {code for code, one in found.items() if one.grade is Grade.UNKNOWN}
    assert untold == {"tls_lasts", "slow_reply"}


SPOILT: dict[str, tuple[dict[str, Any], set[str]]] = {
    "Basic is stripped": ({"strips_basic": True}, {"basic_kept"}),
    "the cookie is lost": ({"strips_cookie": True}, {"cookie_kept"}),
    "1 MB at most": ({"most_bytes": 1 << 20}, {"upload_1mb", "upload_whole"}),
    "2 MB at most": ({"most_bytes": 2 << 20}, {"upload_whole"}),
    "only GET": ({"only_get": True}, {"post_passes", "upload_1mb", "upload_whole"}),
    "a newline is appended": (
        {"appends": b"\n"},
        {"nothing_appended", "checkauth_lines", "init_old_lines", "init_new_lines", "success_said"},
    ),
    "the charset is not last": (
        {"charset_first": True}, {"charset_last", "query_readable", "ut_query_readable", "info_readable"},
    ),
    "a cache": ({"caches": True}, {"not_cached"}),
    "no length": ({"forgets_length": True}, {"length_told"}),
    "the root is another site": ({"hides_root": True}, {"root_page", "info_readable", "charset_last"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_what_a_front_spoils_is_told_apart(name: str, shop: Node, hub: LiveServer) -> None:
    faults, codes = SPOILT[name]
    with front(hub.url, **faults) as address:
        assert ill(findings(address, whole_limit=True)) == codes


RUINED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a redirect": ({"redirects": True}, {"no_redirect", "is_uzel"}),
    "another site": ({"speaks_html": True}, {"is_uzel"}),
    "a password of its own": ({"own_password": True}, {"no_own_password", "is_uzel"}),
    "a byte order mark": ({"mark": True}, {"clean_start", "checkauth_lines"}),
    "packed": ({"packs": True}, {"not_packed", "is_uzel"}),
    "it hangs up": ({"hangs_up": True}, {"page_answers"}),
}


@pytest.mark.parametrize("name", RUINED)
def test_what_a_front_ruins_is_named_among_what_follows_from_it(name: str, shop: Node, hub: LiveServer) -> None:
    faults, codes = RUINED[name]
    with front(hub.url, **faults) as address:
        assert codes <= ill(findings(address))


def test_without_a_password_what_can_be_seen_is_seen(shop: Node, hub: LiveServer) -> None:
    with front(hub.url, strips_basic=True, most_bytes=1 << 20) as address:
        found = findings(address, password="")
    assert ill(found) == {"basic_kept", "upload_1mb"}
    assert found["password_taken"].grade is Grade.UNKNOWN
    with front(hub.url) as address:
        assert ill(findings(address, password="")) == set()


def test_a_wrong_password_is_told_from_a_lost_one(shop: Node, hub: LiveServer) -> None:
    found = findings(hub.url, password="не тот")
    assert ill(found) == {"password_taken", "checkauth_lines"}
    assert "Неверный логин" in found["password_taken"].seen


def test_nobody_at_the_address(shop: Node) -> None:
    with front("http://127.0.0.1:1") as address:
        pass
    assert ill(findings(address)) == {"page_answers"}


def test_a_probe_touches_nothing_of_the_base(shop: Node, hub: LiveServer) -> None:
    """An upload and an offer under way stay what they were, and no bytes of the doctor are kept."""
    order = due_order(shop, "7")
    base = Talk().open()
    base.ask("query")
    base.ask("init", "&version=2.09")
    base.ask("file", "&version=2.09&filename=a.xml", b'<?xml version="1.0"?><a')
    shop.refresh_from_db()
    called, known = shop.last_call_at, shop.heard
    probe_page(door(hub.url, whole_limit=True), timezone.now())
    shop.refresh_from_db()
    assert (shop.last_call_at, shop.heard) == (called, known)
    assert Package.objects.get().state == Package.State.RECEIVING
    assert Delivery.objects.get().confirmed == 0
    assert OrderRow.objects.get(pk=order.pk).offered is not None
    assert not Feed.objects.filter(size__gte=1 << 20).exists()
    probes = Call.objects.filter(kind="probe")
    assert probes.filter(body__isnull=True, body_size=LIMIT).count() == 1
    assert not probes.filter(body__isnull=False).exists()
    assert all("probe=1" in call.query for call in probes)
    assert not Call.objects.filter(reply_line__contains=PASSWORD).exists()
    assert {one.kind for one in observe_node(shop, timezone.now(), 1).calls} == {"sale"}
    assert base.ask("success") == "success"
    assert Delivery.objects.get().confirmed == 1
    assert ExchangeSession.objects.filter(kind="probe").count() == 1


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://h.example", "https://h.example/1c/shop/"),
        ("h.example/", "https://h.example/1c/shop/"),
        ("http://h:81/1c/shop", "http://h:81/1c/shop"),
        ("https://h/bitrix/admin/1c_exchange.php?x=1", "https://h/bitrix/admin/1c_exchange.php"),
    ],
)
def test_a_host_alone_means_the_page_of_the_node(given: str, address: str) -> None:
    assert page_address(given, "shop") == address


@pytest.mark.parametrize("given", ["ftp://h/", "https://", "https://u:p@h/", "https://h:99999/"])
def test_a_senseless_address_is_said(given: str) -> None:
    with pytest.raises(WrongUrlError, match="/1c/shop/"):
        page_address(given, "shop")
