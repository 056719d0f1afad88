"""``checkauth`` and ``init``: a session begins, and uploads that will never be finished are closed.

Only what nobody can continue is closed: uploads of the same node and type, never those of another base.
"""

import datetime as dt
import secrets

from django.db import transaction

from uzel.hub.models import ExchangeSession, Node, Package

UPLOAD_INCOMPLETE = "upload_incomplete"
UPLOAD_INCOMPLETE_TEXT = "Выгрузка оборвалась: база начала новый сеанс, не передав файл до конца."


@transaction.atomic
def open_session(node: Node, kind: str, now: dt.datetime) -> ExchangeSession:
    """``checkauth``: a session with a cookie and a token of its own."""
    _close_uploads(Package.objects.filter(node=node, session__kind=kind), now)
    return ExchangeSession.objects.create(
        node=node, kind=kind, cookie=secrets.token_hex(16), token=secrets.token_hex(16), cml_version="", version=""
    )


@transaction.atomic
def init_session(session: ExchangeSession, version: str, cml_version: str, now: dt.datetime) -> None:
    """``init``: what it says stands for the whole session; a retry starts clean (onec-exchange 1.4)."""
    session.version, session.cml_version, session.initialised = version[:10], cml_version[:10], True
    session.save(update_fields=["version", "cml_version", "initialised"])
    _close_uploads(Package.objects.filter(session=session), now)


def _close_uploads(packages: "Package.objects", now: dt.datetime) -> None:  # type: ignore[name-defined]
    """The bytes stay in the archive; the base still has the changes registered and sends them again."""
    packages.filter(state=Package.State.RECEIVING).update(
        state=Package.State.FAILED, problem_code=UPLOAD_INCOMPLETE, problem=UPLOAD_INCOMPLETE_TEXT, finished_at=now
    )
