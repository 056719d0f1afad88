"""One process at a time speaks with a portal; what it used of the limits outlives it."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.flows.portal_town import ORDER, Hub, open_hub
from uzel.flows.portal.drain_portal import drain
from uzel.flows.portal.portal_line import open_line, portal_line
from uzel.hub.models import Portal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


def elsewhere(work: object) -> object:
    """Run in another thread, which has another session of the database."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(work())  # type: ignore[operator]
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return answers[0]


def test_while_one_speaks_the_other_is_busy(hub: Hub) -> None:
    hub.receive(ORDER)
    with portal_line(hub.portal) as client:
        assert client is not None
        assert elsewhere(lambda: drain(hub.portal.pk).busy) is True
        assert hub.deals() == []
    assert elsewhere(lambda: drain(hub.portal.pk).busy) is False
    assert len(hub.deals()) == 1


def test_a_killed_process_lets_go_of_the_line(hub: Hub) -> None:
    line = portal_line(hub.portal)
    assert line.__enter__() is not None
    connection.close()  # what a kill does to the session
    assert elsewhere(lambda: drain(hub.portal.pk).busy) is False


def test_a_person_waits_for_the_line(hub: Hub) -> None:
    heard: list[str] = []
    with portal_line(hub.portal):
        waiting = threading.Thread(target=lambda: _speak(hub.portal, heard))
        waiting.start()
        heard.append("worker")
    waiting.join(20)
    assert heard == ["worker", "person"]


def _speak(portal: Portal, heard: list[str]) -> None:
    try:
        with open_line(portal):
            heard.append("person")
    finally:
        connection.close()


def test_what_was_used_of_the_limits_is_kept(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.portal.refresh_from_db()
    assert hub.portal.limits["bucket"]["level"] > 0
    assert "crm.item.add" in hub.portal.limits["costs"]
