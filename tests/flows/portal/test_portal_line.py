"""One process at a time speaks with a portal; what it used of the limits outlives it."""

import logging
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel import jobs
from uzel.flows.portal import drain_portal
from uzel.flows.portal import portal_line as portal_line_module
from uzel.flows.portal.drain_portal import Drained, drain
from uzel.flows.portal.portal_line import LineBusyError, is_awaited, open_line, portal_line
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


def test_a_drain_lets_a_waiting_person_in_between_two_waves(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain_portal, "FIRST_WAVE_S", 3.0)
    monkeypatch.setattr(drain_portal, "GROWTH", 1.0)
    hub.receive(*(moved(ORDER, document_id=f"d{place}", number=f"N-{place}") for place in range(40)))
    heard: list[str] = []
    person = threading.Thread(target=lambda: _speak(hub.portal, heard))

    def after_a_wave(size: int) -> None:
        heard.append("wave")
        if len(heard) == 1:
            person.start()
            while not is_awaited(hub.portal):
                time.sleep(0.01)

    drained = drain(hub.portal.pk, lambda: hub.now, advance=after_a_wave)
    person.join(20)
    assert (drained.gave_way, heard) == (True, ["wave", "person"])
    assert 0 < len(hub.deals()) < 40
    rest = hub.drain()
    assert (rest.gave_way, len(hub.deals())) == (False, 40)


def test_a_wait_for_another_portal_or_another_lock_stops_no_drain(hub: Hub) -> None:
    hub.receive(ORDER)
    with portal_line(hub.portal):
        other = Portal(pk=hub.portal.pk + 1)
        waiting = threading.Thread(target=lambda: _speak(hub.portal, []))
        waiting.start()
        while not is_awaited(hub.portal):
            time.sleep(0.01)
        assert not is_awaited(other)
    waiting.join(20)
    assert not hub.drain().gave_way


def test_a_person_is_told_for_whom_he_waits_and_is_let_go_in_the_end(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(portal_line_module, "SILENT_WAIT_S", 0.02)
    monkeypatch.setattr(portal_line_module, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(logging.getLogger("uzel"), "propagate", True)

    def refused() -> str:
        with pytest.raises(LineBusyError) as told, open_line(hub.portal):
            pass
        return str(told.value)

    with portal_line(hub.portal):
        text = str(elsewhere(refused))
    assert text.startswith("Портал занят уже")
    assert [record.getMessage()[:40] for record in caplog.records if record.name == "uzel.portal_line"] == [
        portal_line_module.WAITS[:40]
    ]
    assert elsewhere(lambda: drain(hub.portal.pk).busy) is False, "who gave up holds nothing"


def test_who_waits_a_moment_is_told_nothing(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    with portal_line(hub.portal):
        waiting = threading.Thread(target=lambda: _speak(hub.portal, heard))
        waiting.start()
        while not is_awaited(hub.portal):
            time.sleep(0.01)
    waiting.join(20)
    assert (heard, caplog.records) == (["person"], [])


def test_a_worker_that_is_run_once_goes_on_after_it_gave_way(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BUSY_AGAIN_S", 0)
    turns = [Drained(gave_way=True), Drained(busy=True), Drained(), Drained()]
    monkeypatch.setattr(drain_portal, "drain", lambda _: turns.pop(0))
    jobs.work_once()
    assert len(turns) == 1


def test_the_job_of_a_drain_that_gave_way_looks_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    deferred: list[object] = []
    monkeypatch.setattr(drain_portal, "drain", lambda *_, **__: Drained(gave_way=True))
    monkeypatch.setattr(jobs, "_defer", lambda *given, **_: deferred.append(given[2:]))
    jobs.drain_portal.func(SimpleNamespace(should_abort=lambda: False), hub.portal.pk)
    assert deferred == [(f"again:{hub.portal.pk}", jobs.BUSY_AGAIN_S)]


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
