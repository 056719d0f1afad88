"""checkauth and init: a session of one's own, and an end to what was left unfinished."""

import datetime as dt

import pytest

from tests.exchange.talk import make_node, package
from tests.flows.due_orders import NOW, session_of
from uzel.exchange.commands import CheckAuth, Init
from uzel.flows.calls.open_session import IDLE_MINUTES, INCOMPLETE, close_idle_uploads, init_session, open_session
from uzel.hub import feed_store
from uzel.hub.models import ExchangeSession, Node, Package, PackagePart

pytestmark = pytest.mark.django_db
OLD, NEW = Init("", ""), Init("2.09", "2.10")


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def upload(session: ExchangeSession, *, zipped: bool = False) -> Package:
    receiving = Package.objects.create(node=session.node, session=session, file_name="a.xml", zipped=zipped, head=b"<")
    PackagePart.objects.create(package=receiving, position=0, feed=feed_store.store_bytes(package()[:50]))
    return receiving


def test_a_session_has_secrets_of_its_own(shop: Node) -> None:
    first, second = session_of(shop), session_of(shop)
    secrets = {first.cookie, first.token, second.cookie, second.token}
    assert len(secrets) == 4
    assert all(len(secret) == 32 for secret in secrets)
    assert (first.kind, first.started_at, first.last_call_at, first.initialised) == ("sale", NOW, NOW, False)


def test_init_stands_for_the_session(shop: Node) -> None:
    session = session_of(shop)
    assert init_session(session, Init("2.09-very-long", "2.10"), NOW) == []
    session.refresh_from_db()
    assert (session.initialised, session.version, session.cml_version) == (True, "2.09-very-", "2.10")
    init_session(session, OLD, NOW)
    session.refresh_from_db()
    assert (session.initialised, session.version, session.cml_version) == (True, "", "")


def test_an_unfinished_file_of_the_old_protocol_is_read_for_it_was_answered_with_success(shop: Node) -> None:
    receiving = upload(session_of(shop))
    assert open_session(shop, CheckAuth("sale"), NOW)[1] == [receiving.pk]
    receiving.refresh_from_db()
    assert receiving.state == Package.State.WAITING


def test_an_unfinished_file_of_the_new_protocol_fails_for_it_comes_again(shop: Node) -> None:
    session = session_of(shop)
    init_session(session, NEW, NOW)
    receiving = upload(session)
    assert open_session(shop, CheckAuth("sale"), NOW)[1] == []
    receiving.refresh_from_db()
    assert (receiving.state, receiving.problem_code, receiving.problem) == (
        Package.State.FAILED,
        INCOMPLETE.code,
        INCOMPLETE.text,
    )
    assert receiving.finished_at == NOW
    assert receiving.parts.count() == 1, "its bytes are kept"


def test_half_a_zip_fails_always(shop: Node) -> None:
    receiving = upload(session_of(shop), zipped=True)
    assert open_session(shop, CheckAuth("sale"), NOW)[1] == []
    receiving.refresh_from_db()
    assert receiving.state == Package.State.FAILED


def test_init_again_starts_clean_by_the_rules_of_the_protocol_before(shop: Node) -> None:
    session = session_of(shop)
    receiving = upload(session)
    assert init_session(session, NEW, NOW) == [receiving.pk]
    again = upload(session)
    assert init_session(session, NEW, NOW) == []
    again.refresh_from_db()
    assert again.state == Package.State.FAILED


def test_other_bases_other_types_and_finished_files_are_left_alone(shop: Node) -> None:
    foreign = upload(session_of(make_node("other")))
    other_type = upload(session_of(shop, "crm"))
    done = upload(session_of(shop))
    Package.objects.filter(pk=done.pk).update(state=Package.State.DONE)
    assert open_session(shop, CheckAuth("sale"), NOW)[1] == []
    states = Package.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [(foreign.pk, "receiving"), (other_type.pk, "receiving"), (done.pk, "done")]


def test_init_touches_only_its_own_session(shop: Node) -> None:
    elder = upload(session_of(shop))
    session = ExchangeSession.objects.create(node=shop, kind="sale", cookie="c", token="t")
    assert init_session(session, OLD, NOW) == []
    elder.refresh_from_db()
    assert elder.state == Package.State.RECEIVING


def test_silence_ends_an_upload(shop: Node) -> None:
    receiving = upload(session_of(shop))
    patience = dt.timedelta(minutes=IDLE_MINUTES)
    assert close_idle_uploads(NOW + patience) == []
    assert close_idle_uploads(NOW + patience + dt.timedelta(seconds=1)) == [receiving.pk]
    assert close_idle_uploads(NOW + patience + dt.timedelta(days=1)) == []
