"""One HTTP call of a base from its first byte to the reply: known, decided, archived, carried out, recorded.

    know_caller ─ exchange.session.decide ─ body into the archive ─ carry_out ─ render ─ the call's record ─ reply

Bytes and record are flushed before the reply leaves (invariant 1). Whatever breaks in our own code, the base reads
``failure`` and a sentence in Russian.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from itertools import chain

from django.conf import settings
from django.db import transaction

from uzel.exchange import replies
from uzel.exchange.commands import Refusal
from uzel.exchange.file_names import without_work_folder
from uzel.exchange.replies import Reply
from uzel.exchange.request import PROBE, CallRequest, printable, without_secrets
from uzel.exchange.session import Facts, decide
from uzel.exchange.uploads import DRAIN_BYTES, Intake
from uzel.flows.calls.answer_probe import count_bytes
from uzel.flows.calls.carry_out import Errand, Outcome, carry_out
from uzel.flows.calls.know_caller import Caller, know_caller
from uzel.flows.calls.receive_upload import Piece
from uzel.flows.calls.watch_silence import is_news, note_call
from uzel.hub import feed_store
from uzel.hub.models import Call, ExchangeSession, Feed

NOBODY = Caller(stranger="Узел обмена не смог узнать базу.")
OUR_FAULT = "Внутренняя ошибка узла обмена. Присланное сохранено, сообщите администратору и повторите обмен."
NOT_KEPT = "Узел обмена сейчас не может сохранить обращение. Повторите обмен позже."
ENCODING = "utf-8"  # of what is told to strangers
STRANGER_SECONDS = 30.0  # for the body of somebody who is not known

log = logging.getLogger(__name__)


def take_call(
    request: CallRequest,
    body: Iterable[bytes],
    now: dt.datetime,
    *,
    start_reading: Callable[[int], None],
    drain_soon: Callable[[int], None] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Reply:
    """Answer a call. ``start_reading(package)`` and ``drain_soon(portal)`` trigger work that nobody waits for."""
    began, caller, piece = clock(), NOBODY, None
    try:
        caller = know_caller(request, now)
        decision = decide(_facts(request, caller))
        piece = _archive(request, body, caller)
        if isinstance(decision, Refusal):
            outcome = _refused(decision)
        else:
            assert caller.node is not None, "a command of somebody known"
            errand = Errand(caller.node, caller.session, piece, now, start_reading, drain_soon, clock)
            outcome = carry_out(decision, errand)
    except Exception:
        log.exception("%s", _shown(request, caller))
        outcome = Outcome(replies.failure(OUR_FAULT), code="our_fault")
        piece = piece or _keep(request, body, caller)
    return _recorded(request, caller, outcome, piece, now, lambda: (clock() - began) * 1000)


def _facts(request: CallRequest, caller: Caller) -> Facts:
    session = caller.session
    return Facts(
        kind=request.kind,
        mode=request.mode,
        method=request.method,
        file_name=without_work_folder(request.params.get("filename", "")),
        version=request.word("version"),
        pulls="ORDER_ID" in request.params or "MODIFICATION_LABEL" in request.params,
        cml_version=request.word("cmlVersion"),
        stranger=caller.stranger,
        unnamed=bool(caller.stranger) and not request.authorization,
        no_session=caller.no_session,
        initialised=session is not None and session.initialised,
        session_version=session.version if session else "",
        since=request.word("since"),
        etags=request.if_none_match,
        timestamp=request.word("timestamp"),
        catalog_source=caller.node is not None and caller.node.catalog_source,
        receives_catalog=caller.node is not None and caller.node.receives_catalog,
        output=request.word("outputType"),
        package=request.word("package"),
        from_page=bool(request.referer),
    )


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(replies.failure(refusal.text, challenge=refusal.challenge), code=refusal.code)


def _archive(request: CallRequest, body: Iterable[bytes], caller: Caller) -> Piece | None:
    """The body of the call on disk, ``None`` when there is none. Neither strangers nor the doctor fill our disk."""
    limit = settings.UZEL_PART_LIMIT_BYTES if caller.stranger else settings.UZEL_FILE_LIMIT_BYTES
    ends_at = time.monotonic() + STRANGER_SECONDS
    intake = Intake(
        body,
        limit,
        request.content_length,
        drain=0 if caller.stranger else DRAIN_BYTES,
        is_late=lambda: bool(caller.stranger) and time.monotonic() > ends_at,
    )
    if request.kind == PROBE:
        return count_bytes(intake)
    chunks = iter(intake)
    first = next(chunks, None)
    if first is None:
        return None
    feed = feed_store.store(chain([first], chunks))
    return Piece(feed, intake.head, intake.tail, intake.too_large, intake.broken_off, intake.too_slow)


def _keep(request: CallRequest, body: Iterable[bytes], caller: Caller) -> Piece | None:
    """After a fault of ours: what the base sent is kept, if the disk takes it."""
    try:
        return _archive(request, body, caller)
    except Exception:
        log.exception("body of %s is not kept", _shown(request, caller))
        return None


def _recorded(
    request: CallRequest,
    caller: Caller,
    outcome: Outcome,
    piece: Piece | None,
    now: dt.datetime,
    passed_ms: Callable[[], float],
) -> Reply:
    """The reply, once the call stands in the archive; a call that can't be recorded has not succeeded."""
    encoding = ENCODING if caller.node is None else caller.node.encoding
    reply = replies.render(outcome.answer, encoding)
    try:
        _record(request, caller, outcome, piece, now, reply, passed_ms())
    except Exception:
        log.exception("%s is not recorded", _shown(request, caller))
        return replies.render(replies.failure(NOT_KEPT), encoding)
    return reply


def _record(
    request: CallRequest,
    caller: Caller,
    outcome: Outcome,
    piece: Piece | None,
    now: dt.datetime,
    reply: Reply,
    duration_ms: float,
) -> None:
    """The call's row and the times of the last call. A listener asks day and night, and was told nothing: no row.

    The reply is stored before the transaction: two calls with one reply would lock its feed and their node crosswise.
    """
    session = outcome.session or caller.session
    told = None if reply.waits_for else feed_store.store_bytes(reply.archived)
    node = caller.node if caller.node and request.kind != PROBE and is_news(caller.node.last_call_at, now) else None
    session_called = session is not None and is_news(session.last_call_at, now)
    with transaction.atomic() if node or session_called else nullcontext():
        if told:
            _archive_call(request, caller, outcome, piece, now, reply, told, duration_ms)
        if node:
            note_call(node, now)
        if session and session_called:
            ExchangeSession.objects.filter(pk=session.pk).update(last_call_at=now)


def _archive_call(
    request: CallRequest,
    caller: Caller,
    outcome: Outcome,
    piece: Piece | None,
    now: dt.datetime,
    reply: Reply,
    told: Feed,
    duration_ms: float,
) -> None:
    Call.objects.create(
        node=caller.node,
        session=outcome.session or caller.session,
        package=outcome.package,
        at=now,
        method=printable(request.method, 8),
        path=printable(request.path, 500),
        query=printable(without_secrets(request.query), 2000),
        kind=request.kind,
        mode=request.mode,
        remote_address=printable(request.remote_address, 45),
        user_agent=printable(request.user_agent, 100),
        with_cookie=bool(request.cookie),
        status=reply.status,
        duration_ms=duration_ms,
        body=piece.feed if piece and piece.feed.pk else None,
        body_size=piece.feed.size if piece else 0,
        reply=told,
        reply_line=printable(reply.line, 300),
        problem_code=outcome.code,
    )


def _shown(request: CallRequest, caller: Caller) -> str:
    """A call in a line of the log, without what is secret."""
    node = caller.node.code if caller.node else "?"
    query = printable(without_secrets(request.query), 300)
    return f"call of {node}: {printable(request.method, 8)} {printable(request.path, 100)!r} {query!r}"
