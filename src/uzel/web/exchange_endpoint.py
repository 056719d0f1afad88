"""The exchange page: HTTP into a call, the reply into HTTP. Nothing is decided here."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from uzel import jobs
from uzel.exchange import replies
from uzel.exchange.replies import Reply
from uzel.exchange.request import COOKIE, CallRequest, parse_query
from uzel.exchange.session import LISTEN
from uzel.flows.calls.take_call import take_call
from uzel.web import waiting
from uzel.web.arrival import ARRIVED
from uzel.web.places import FOR_BASES

READ_BYTES = 256 << 10


@csrf_exempt
def exchange(request: HttpRequest, code: str = "") -> HttpResponse:
    """``/1c/<node>/…`` and, for a base known by its login alone, ``/bitrix/admin/1c_exchange.php``."""
    arrived, call = request.META.get(ARRIVED, time.monotonic()), call_of(request, code)
    listens = call.kind in LISTEN and call.mode != "checkauth"
    with FOR_BASES.taken(waiting.ROOM.seconds_left(arrived) if listens else None) as in_time:
        reply = _take(call, request) if in_time else replies.NOTHING
    if reply.waits_for and waiting.ROOM.wait(reply.waits_for, arrived):
        reply = replies.render(replies.success(), "utf-8")
    return _response(reply)


def _take(call: CallRequest, request: HttpRequest) -> Reply:
    return take_call(
        call,
        _body(request, call.content_length),
        timezone.now(),
        start_reading=jobs.process_package_soon,
        drain_soon=jobs.drain_soon,
    )


def call_of(request: HttpRequest, code: str = "") -> CallRequest:
    """What the exchange page needs of a request."""
    query = str(request.META.get("QUERY_STRING", "")).encode("latin-1", errors="replace")
    return CallRequest(
        method=request.method or "",
        path=request.path,
        code=code,
        query=query.decode(errors="replace"),
        params=parse_query(query),
        authorization=request.META.get("HTTP_AUTHORIZATION"),
        cookie=request.COOKIES.get(COOKIE, ""),
        remote_address=request.META.get("REMOTE_ADDR", ""),
        content_length=_content_length(request),
        if_none_match=request.META.get("HTTP_IF_NONE_MATCH", ""),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        referer=request.META.get("HTTP_REFERER", ""),
    )


def _content_length(request: HttpRequest) -> int | None:
    """Announced bytes of the body; ``None`` for one sent in chunks, which a server that undoes them ends itself."""
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if announced.isdecimal():
        return int(announced)
    return None if request.META.get("wsgi.input_terminated") else 0


def _body(request: HttpRequest, length: int | None) -> Iterator[bytes]:
    """The body as it arrives. Read past Django, which takes a body sent in chunks for an empty one."""
    source, left = request.META["wsgi.input"], length
    read = getattr(source, "read1", source.read)  # what is there already, so that whoever sends slowly is noticed
    while left is None or left > 0:
        with nullcontext() if getattr(getattr(source, "raw", None), "is_ready", False) else FOR_BASES.left():
            chunk = read(READ_BYTES if left is None else min(READ_BYTES, left))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _response(reply: Reply) -> HttpResponse:
    """Never compressed, never cached, and the charset last in Content-Type (onec-exchange 1.3)."""
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
    if reply.status != HTTPStatus.NOT_MODIFIED:  # whose length would be that of the answer it stands for
        response["Content-Length"] = str(len(reply.body))
    response["Cache-Control"] = "no-store"
    for name, value in reply.headers:
        response[name] = value
    return response
