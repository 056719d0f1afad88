"""The portal's events: "deal 17 changed", nothing more. Answered at once; a worker reads the deal later.

They may come late, twice, in any order or not at all (bitrix24-rest G1): each only makes something due for a look.
"""

from hmac import compare_digest

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from uzel import jobs
from uzel.bitrix24.entities.events import Subject, read_id
from uzel.flows.portal.portal_access import application_of
from uzel.flows.portal.take_event import take_event
from uzel.hub.models import Portal
from uzel.web.forms import whole_form


@csrf_exempt
@require_POST
@whole_form
def portal_event(request: HttpRequest, code: str) -> HttpResponse:
    """Take one event; only the portal knows the token."""
    portal = Portal.objects.filter(code=code).first()
    if portal is None or not _is_of(portal, request):
        return HttpResponse("forbidden", status=403, content_type="text/plain")
    Portal.objects.filter(pk=portal.pk).update(last_event_at=timezone.now())
    event = request.POST.get("event", "")
    entity_id = read_id(request.POST.get("data[FIELDS][ID]") or request.POST.get("data[ID]", ""))
    type_id = read_id(request.POST.get("data[FIELDS][ENTITY_TYPE_ID]", ""))
    if take_event(portal, event, Subject(entity_id, type_id)):
        jobs.drain_soon(portal.pk)
    return HttpResponse("ok", content_type="text/plain")


def _is_of(portal: Portal, request: HttpRequest) -> bool:
    """An application's events bring two things that only the portal and we know; an outgoing webhook's bring one."""
    given = request.POST.get("auth[application_token]", ""), request.POST.get("auth[member_id]", "")
    row = application_of(portal)
    if row is None:
        return bool(portal.sealed_event_token) and _same(given[0], portal.event_token)
    is_token, is_member = _same(given[0], row.application_token), _same(given[1], row.member_id)
    return bool(row.application_token) and is_token and is_member


def _same(given: str, expected: str) -> bool:
    return compare_digest(given.encode(), expected.encode())
