"""What the administrator is told: by e-mail and by a notification of the portal, each way once and as far as it is set up.

announce ─ a row for each way ─ the e-mail goes at the next look, the notification between two waves of the portal
"""

import datetime as dt
import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet

from uzel.bitrix24.batch import Done, Failed, Outcome
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities.notification import notify, read_notification
from uzel.flows.portal.portal_job import LIMITED
from uzel.hub.models import Alert, Portal

MOST_ATTEMPTS = 6
RETRY_DELAY = dt.timedelta(minutes=5)
TOO_LATE = dt.timedelta(days=1)  # nobody needs an alert of yesterday
MOST_AT_ONCE = 20
KEPT = dt.timedelta(days=90)
#: The answer may have been lost after the letter was taken: it is not sent a second time.
DOUBTFUL = (smtplib.SMTPServerDisconnected, TimeoutError)
#: Refusals that time does not mend, and what a person can do.
ADVICE = {
    "INSUFFICIENT_SCOPE": "Дайте вебхуку или приложению право «Чат и уведомления» (im).",
    "WRONG_AUTH_TYPE": "Портал принимает уведомления только от приложений: подключите его приложением или оставьте почту.",
    "ERROR_METHOD_NOT_FOUND": "Портал не знает уведомлений: дайте право «Чат и уведомления» (im).",
    "ACCESS_DENIED": "Сотруднику обмена нельзя отправлять уведомления.",
}
NOT_MADE = "Портал не создал уведомление: работает ли этот сотрудник, тот ли у него номер?"
NO_ANSWER = "Почтовый сервер не ответил, принял ли он письмо; второй раз оно не отправляется."

log = logging.getLogger(__name__)


def announce(subject: str, text: str, now: dt.datetime) -> list[Alert]:
    """Put on record what is to be told by each way that is set up."""
    Alert.objects.filter(made_at__lt=now - KEPT).delete()
    log.warning("%s", subject)
    shared = {"subject": " ".join(subject.split())[:200], "text": text, "made_at": now}
    rows = [Alert(way=Alert.Way.MAIL, receiver=" ".join(settings.UZEL_MAIL_TO), **shared)] if settings.UZEL_MAIL_TO else []
    for portal in Portal.objects.exclude(connected_at=None):
        users = settings.UZEL_ALERT_USERS or ([portal.exchange_user_id] if portal.exchange_user_id else [])
        rows += [Alert(way=Alert.Way.PORTAL, portal=portal, receiver=str(user), **shared) for user in users]
    return Alert.objects.bulk_create(rows)


def send_letters(now: dt.datetime) -> None:
    """Send the e-mails that are due. A letter that may have gone is not sent again; one that surely has not, is."""
    for alert in _due(Alert.Way.MAIL, now).filter(asked_at=None):
        alert.asked_at, alert.attempts = now, alert.attempts + 1
        alert.save()
        letter = EmailMessage(
            alert.subject, alert.text, settings.UZEL_MAIL_FROM, alert.receiver.split(),
            headers={"Message-ID": f"<uzel-alert-{alert.pk}@{settings.UZEL_MAIL_FROM.rpartition('@')[2]}>"},
        )  # fmt: skip
        try:
            letter.send()
        except DOUBTFUL:
            alert.given_up, alert.problem = True, NO_ANSWER
        except (OSError, smtplib.SMTPException, ValueError) as error:
            alert.asked_at = None
            _again(alert, f"Письмо не отправлено: {error}", now)
        else:
            alert.done_at, alert.problem = now, ""
        alert.save()


def notify_people(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Write the notifications that are due into the portal; costs a query when there are none."""
    due = list(_due(Alert.Way.PORTAL, now).filter(portal=portal)[:MOST_AT_ONCE])
    outcomes = client.batch(
        notify(f"a{alert.pk}", int(alert.receiver), f"[b]{alert.subject}[/b]\n{alert.text}", f"UZEL_ALERT_{alert.pk}")
        for alert in due
    )
    for alert in due:
        _settle(alert, outcomes.get(f"a{alert.pk}"), now)
        alert.save()


def _due(way: Alert.Way, now: dt.datetime) -> QuerySet[Alert]:
    waits = Q(retry_at=None) | Q(retry_at__lte=now)
    return Alert.objects.filter(waits, way=way, done_at=None, given_up=False, made_at__gt=now - TOO_LATE).order_by("pk")


def _settle(alert: Alert, outcome: Outcome | None, now: dt.datetime) -> None:
    """A refusal counts; whatever has no answer is repeated, the tag keeps it from being shown twice."""
    if isinstance(outcome, Done) and read_notification(outcome.result):
        alert.done_at, alert.problem = now, ""
    elif isinstance(outcome, Done):
        alert.given_up, alert.problem = True, NOT_MADE
    elif isinstance(outcome, Failed) and (advice := ADVICE.get(outcome.code.upper())):
        alert.given_up, alert.problem = True, f"Портал не принял уведомление ({outcome.code}). {advice}"
    elif isinstance(outcome, Failed) and outcome.code.upper() not in LIMITED:
        alert.attempts += 1
        _again(alert, f"Портал не принял уведомление: {outcome.text or outcome.code}", now)
    else:
        alert.retry_at = now + RETRY_DELAY


def _again(alert: Alert, problem: str, now: dt.datetime) -> None:
    alert.problem, alert.retry_at, alert.given_up = problem, now + RETRY_DELAY, alert.attempts >= MOST_ATTEMPTS
