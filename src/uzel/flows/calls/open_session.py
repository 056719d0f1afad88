"""``checkauth`` and ``init``: a session begins, and what the base left unfinished is brought to an end.

Only what nobody can continue is closed: uploads of the same node and type, never those of another base (the wiped upload).
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from uzel.exchange.commands import CheckAuth, Init, InitCatalog, Refusal
from uzel.exchange.request import PROBE
from uzel.exchange.session import CATALOG
from uzel.exchange.uploads import looks_complete
from uzel.flows.calls.know_dialect import note_init
from uzel.hub import feed_store
from uzel.hub.models import ExchangeSession, Node, Package

IDLE_MINUTES = 60  # without a call, and nobody comes back to go on with a file
INCOMPLETE = Refusal("upload_incomplete", "Передача файла оборвалась. Принятое сохранено, база пришлёт файл снова.")


@transaction.atomic
def open_session(node: Node, command: CheckAuth, now: dt.datetime) -> tuple[ExchangeSession, list[int]]:
    """``checkauth``: a session with a cookie and a token of its own; and packages that are to be read now."""
    to_read = close_uploads(Package.objects.filter(node=node, session__kind=command.kind), now)
    cookie, token = secrets.token_hex(16), secrets.token_hex(16)
    session = ExchangeSession.objects.create(
        node=node, kind=command.kind, cookie=cookie, token=token, started_at=now, last_call_at=now
    )
    return session, to_read


def end_sessions(node: Node) -> None:
    """What was opened with an old password is over; the base opens a new session with the new one."""
    long_ago = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    ExchangeSession.objects.filter(node=node).update(last_call_at=long_ago)


@transaction.atomic
def init_session(session: ExchangeSession, command: Init, now: dt.datetime) -> list[int]:
    """``init``: what it says stands for the whole session, and a retry starts clean (onec-exchange 1.4)."""
    to_read = close_uploads(Package.objects.filter(session=session), now)
    session.version, session.cml_version, session.initialised = command.version[:10], command.cml_version[:10], True
    session.save(update_fields=["version", "cml_version", "initialised"])
    if session.kind != PROBE:
        note_init(session, now)
    return to_read


def init_giving(session: ExchangeSession, command: InitCatalog) -> None:
    """``init`` of a base that fetches the catalogue: it is given anew from its beginning."""
    session.initialised, session.piece_given, session.in_packages = True, None, command.in_packages
    session.save(update_fields=["initialised", "piece_given", "in_packages"])


@transaction.atomic
def close_idle_uploads(now: dt.datetime) -> list[int]:
    """End the uploads of bases that fell silent in the middle; returns packages that are to be read now."""
    silent_since = now - dt.timedelta(minutes=IDLE_MINUTES)
    feed_store.drop_scraps(silent_since)
    return close_uploads(Package.objects.filter(session__last_call_at__lt=silent_since), now)


def close_uploads(packages: QuerySet[Package], now: dt.datetime) -> list[int]:
    """Bring unfinished uploads to an end; the bytes stay in the archive.

    In the old protocol every piece was answered with ``success`` and may never come again: what is there is read.
    In the new one the base has not heard that its file was read, still has the changes registered and sends them again.
    A catalogue's files are always asked for, but for a zip of pictures alone: a whole zip is read.
    """
    open_uploads = packages.filter(state=Package.State.RECEIVING)
    if not open_uploads.exists():  # as nearly always
        return []
    locked = list(open_uploads.select_for_update(of=("self",)).select_related("session").order_by("pk"))
    at_once = [package.pk for package in locked if _read_unasked(package)]
    Package.objects.filter(pk__in=at_once).update(state=Package.State.WAITING)
    fail_uploads([package.pk for package in locked if package.pk not in at_once], now)
    return at_once


def _read_unasked(package: Package) -> bool:
    """Whether a file is read although nobody asked for it and nobody ever will."""
    session = package.session
    if session is None:
        return False
    if session.kind in CATALOG:
        return package.zipped and looks_complete(bytes(package.head), bytes(package.tail))
    return not session.version and not package.zipped


def fail_uploads(package_ids: Sequence[int], now: dt.datetime, reason: Refusal = INCOMPLETE) -> None:
    """Give up on files that can't be read."""
    Package.objects.filter(pk__in=package_ids).update(
        state=Package.State.FAILED, problem_code=reason.code, problem=reason.text, finished_at=now, head=b"", tail=b""
    )
