"""A refresh token is changed for a new pair of tokens: by one process at a time, and the new pair is kept before it is used.

An answer that was lost takes the new refresh token with it. That a request is on its way is therefore on record before it is
sent: when the old token is refused afterwards, the administrator is told what happened and what to do.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from django.db import connection, transaction
from django.utils import timezone

from uzel.bitrix24 import oauth
from uzel.bitrix24.errors import ConnectionLost, OutcomeUnknown, Unavailable
from uzel.bitrix24.oauth import Keys, Pair, Token
from uzel.hub.models import PortalApplication

RENEWAL = 7404  # class of the advisory lock; the application's id is its object
AGAIN = "Подключите приложение заново: uzel portal connect --application."
LOST_ANSWER = (
    "Ответ сервера авторизации на обновление ключей был потерян, прежний ключ он больше не принимает. "
    "В обмене ничего не пропало, он продолжится с этого места. " + AGAIN
)
NO_KEYS = (
    "Ключ доступа приложения истёк, а ключей для его обновления нет: передайте client_id и client_secret "
    "(uzel portal connect --application --client-id … --client-secret -)."
)
PAYMENT = "PAYMENT_REQUIRED"  # mends itself once the bill is paid


def renew_token(application_id: int, http: httpx2.Client, stale: str, now: dt.datetime | None = None) -> Token:
    """The token that follows ``stale``; another process may have got it already. Raises PortalError."""
    with _alone(application_id):
        row = PortalApplication.objects.get(pk=application_id)
        if row.access_token != stale:
            return token_of(row)
        if row.lost:
            raise ConnectionLost("LOST", row.lost)
        if not row.client_id or not row.sealed_client_secret:
            raise ConnectionLost("NO_KEYS", NO_KEYS)
        _keep(row, _ask(row, http, now or timezone.now()), now or timezone.now())
        return token_of(row)


def token_of(row: PortalApplication) -> Token:
    """The token that calls are made with now."""
    return Token(row.access_token, row.access_ends_at.timestamp() if row.access_ends_at else 0.0)


def _ask(row: PortalApplication, http: httpx2.Client, now: dt.datetime) -> Pair:
    was_unanswered = row.renewal_sent_at is not None
    if not was_unanswered:
        PortalApplication.objects.filter(pk=row.pk).update(renewal_sent_at=now)
    try:
        return oauth.refresh(http, Keys(row.oauth_server, row.client_id, row.client_secret), row.refresh_token)
    except OutcomeUnknown as problem:
        raise Unavailable(problem.code, f"обновление ключей приложения осталось без ответа: {problem.text}") from problem
    except ConnectionLost as refusal:
        if refusal.code.upper() == PAYMENT:
            PortalApplication.objects.filter(pk=row.pk).update(renewal_sent_at=row.renewal_sent_at)
            raise
        lost = LOST_ANSWER if was_unanswered and refusal.code.lower() == "invalid_grant" else _what(refusal)
        PortalApplication.objects.filter(pk=row.pk).update(lost=lost, renewal_sent_at=None)
        raise ConnectionLost(refusal.code, lost) from refusal
    except Unavailable:
        if not was_unanswered:
            PortalApplication.objects.filter(pk=row.pk).update(renewal_sent_at=None)
        raise


@transaction.atomic
def _keep(row: PortalApplication, pair: Pair, now: dt.datetime) -> None:
    """The row is locked before anything is sealed: a change of keys that runs meanwhile is over then, its new key is used."""
    PortalApplication.objects.select_for_update(no_key=True).get(pk=row.pk)
    row.access_token, row.refresh_token = pair.access, pair.refresh
    row.access_ends_at, row.refreshed_at, row.renewal_sent_at = now + dt.timedelta(seconds=pair.life_s), now, None
    row.save(update_fields=["sealed_access_token", "sealed_refresh_token", "access_ends_at", "refreshed_at", "renewal_sent_at"])


def _what(refusal: ConnectionLost) -> str:
    return f"Портал больше не принимает приложение: {refusal.text}. {AGAIN}"


@contextmanager
def _alone(application_id: int) -> Iterator[None]:
    """Of the session, not of a transaction: what is on record must be so before the request is sent."""
    _ask_database("SELECT pg_advisory_lock(%s, %s)", application_id)
    try:
        yield
    finally:
        _ask_database("SELECT pg_advisory_unlock(%s, %s)", application_id)


def _ask_database(sql: str, application_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [RENEWAL, application_id])
