"""Alerts on their way: an e-mail and a notification, each once, and what stands in their way is kept in words."""

import datetime as dt
import smtplib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from tests.flows.portal_town import NOW, Hub, open_hub
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.tell_people import MOST_ATTEMPTS, NO_ANSWER, NOT_MADE, RETRY_DELAY, TOO_LATE, announce, send_letters
from uzel.hub.models import Alert

pytestmark = pytest.mark.django_db


class Refusing(BaseEmailBackend):
    """A mail server that fails as it was told."""

    fault: Exception = OSError("нет связи")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise self.fault


@pytest.fixture
def letters(settings: Any) -> None:
    settings.UZEL_MAIL_TO, settings.UZEL_MAIL_FROM = ["admin@example.com", "second@example.com"], "uzel@example.com"


@pytest.fixture
def refusing(settings: Any, letters: None) -> type[Refusing]:
    settings.EMAIL_BACKEND = f"{Refusing.__module__}.Refusing"
    return Refusing


def test_nothing_is_set_up_and_nobody_is_told() -> None:
    assert announce("О чём", "Что", NOW) == []


@pytest.mark.usefixtures("letters")
def test_a_letter_goes_once_to_all() -> None:
    announce("О чём", "Что", NOW)
    send_letters(NOW)
    send_letters(NOW + RETRY_DELAY)
    (letter,) = mail.outbox
    assert (letter.subject, letter.body, letter.to) == ("О чём", "Что", ["admin@example.com", "second@example.com"])
    assert letter.from_email == "uzel@example.com"
    assert Alert.objects.get().done_at == NOW


def test_a_letter_that_surely_did_not_go_is_tried_again(refusing: type[Refusing], settings: Any) -> None:
    announce("О чём", "Что", NOW)
    send_letters(NOW)
    assert "нет связи" in Alert.objects.get().problem
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_letters(NOW)
    assert mail.outbox == []
    send_letters(NOW + RETRY_DELAY)
    assert len(mail.outbox) == 1
    assert Alert.objects.get().problem == ""


def test_a_letter_is_given_up_in_the_end(refusing: type[Refusing]) -> None:
    announce("О чём", "Что", NOW)
    for number in range(MOST_ATTEMPTS + 2):
        send_letters(NOW + number * RETRY_DELAY)
    alert = Alert.objects.get()
    assert (alert.attempts, alert.given_up) == (MOST_ATTEMPTS, True)


@pytest.mark.parametrize("fault", [smtplib.SMTPServerDisconnected("lost"), TimeoutError()])
def test_a_letter_that_may_have_gone_is_not_doubled(
    refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch, settings: Any, fault: Exception
) -> None:
    monkeypatch.setattr(refusing, "fault", fault)
    announce("О чём", "Что", NOW)
    send_letters(NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_letters(NOW + RETRY_DELAY)
    assert mail.outbox == []
    assert Alert.objects.get().problem == NO_ANSWER


@pytest.mark.usefixtures("letters")
def test_whoever_was_killed_while_sending_does_not_send_again() -> None:
    announce("О чём", "Что", NOW)
    Alert.objects.update(asked_at=NOW)
    send_letters(NOW + RETRY_DELAY)
    assert mail.outbox == []


@pytest.mark.usefixtures("letters")
def test_a_title_of_two_lines_does_not_hold_a_letter_up() -> None:
    announce("О чём\nBcc: all@example.com", "Что", NOW)
    send_letters(NOW)
    assert mail.outbox[0].subject == "О чём Bcc: all@example.com"


@pytest.mark.usefixtures("letters")
def test_nobody_is_told_of_yesterday_and_old_rows_go() -> None:
    announce("О чём", "Что", NOW)
    send_letters(NOW + TOO_LATE)
    assert mail.outbox == []
    announce("О чём", "Что", NOW + dt.timedelta(days=91))
    assert Alert.objects.count() == 1


# --- in the portal ----------------------------------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


def told(hub: Hub) -> list[dict[str, Any]]:
    """What employees see."""
    return list(hub.emulator.state()["notifications"])


def test_the_exchange_employee_is_notified_once(hub: Hub) -> None:
    announce("О чём", "Что", NOW)
    hub.drain()
    hub.drain()
    (one,) = told(hub)
    assert (one["userId"], one["message"]) == (hub.portal.exchange_user_id, "[b]О чём[/b]\nЧто")
    assert Alert.objects.get().done_at == NOW


def test_those_who_were_named_are_notified_instead(hub: Hub, settings: Any) -> None:
    settings.UZEL_ALERT_USERS = [2, 3, 999]
    announce("О чём", "Что", NOW)
    hub.drain()
    assert [one["userId"] for one in told(hub)] == [2, 3]
    assert Alert.objects.get(receiver="999").problem == NOT_MADE
    assert Alert.objects.get(receiver="999").given_up


def test_a_lost_answer_is_shown_once(hub: Hub) -> None:
    announce("О чём", "Что", NOW)
    hub.emulator.faults.lose_answer("im.notify.system.add")
    hub.drain()
    assert (len(told(hub)), Alert.objects.get().done_at) == (1, None)
    hub.drain()
    hub.now += RETRY_DELAY
    hub.drain()
    assert (len(told(hub)), Alert.objects.get().done_at) == (1, hub.now)


def test_a_refusal_is_tried_again_and_given_up_in_the_end(hub: Hub, settings: Any) -> None:
    settings.UZEL_ALERT_USERS = [-1]
    announce("О чём", "Что", NOW)
    for _ in range(MOST_ATTEMPTS + 1):
        hub.drain()
        hub.now += RETRY_DELAY
    assert (Alert.objects.get().attempts, Alert.objects.get().given_up) == (MOST_ATTEMPTS, True)
    assert told(hub) == []


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (Options(notify_by_webhook=False), "только от приложений"),
        (Options(scopes=("crm", "user", "userfieldconfig", "basic")), "право «Чат и уведомления»"),
    ],
)
def test_a_portal_that_does_not_let_us_is_asked_once_and_a_person_is_told_why(options: Options, advice: str) -> None:
    with open_hub(options) as hub:
        announce("О чём", "Что", NOW)
        hub.drain()
        alert = Alert.objects.get()
        assert (alert.given_up, advice in alert.problem) == (True, True)
        hub.emulator.forget_calls()
        hub.drain()
        assert "im.notify.system.add" not in hub.commands()
