"""The portal's events: "deal 17 changed", nothing more. Answered at once; a worker reads the deal later.

They may come late, twice, in any order or not at all (bitrix24-rest G1): each only makes something due for a look.
"""

from hmac import compare_digest

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from uzel import jobs
from uzel.hub.models import DealNotice, Portal

#: A move to another pipeline fires instead of an update (bitrix24-rest G1).
DEAL_EVENTS = frozenset(("ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALDELETE"))
CARD_EVENTS = frozenset(("ONCRMCONTACTUPDATE", "ONCRMCOMPANYUPDATE"))
ID_DIGITS = 18  # what a deal's id may have


@csrf_exempt
@require_POST
def portal_event(request: HttpRequest, code: str) -> HttpResponse:
    """Take one event; only the portal knows the token."""
    portal = Portal.objects.filter(code=code).first()
    token = request.POST.get("auth[application_token]", "")
    if portal is None or not portal.event_token or not compare_digest(token.encode(), portal.event_token.encode()):
        return HttpResponse("forbidden", status=403, content_type="text/plain")
    event = request.POST.get("event", "").upper()
    deal_id = request.POST.get("data[FIELDS][ID]") or request.POST.get("data[ID]", "")
    if event in DEAL_EVENTS and deal_id.isascii() and deal_id.isdigit() and len(deal_id) <= ID_DIGITS:
        notice(portal, int(deal_id))
        jobs.drain_soon(portal.pk)
    elif event in CARD_EVENTS:
        Portal.objects.filter(pk=portal.pk).update(swept_at=None)
        jobs.drain_soon(portal.pk)
    return HttpResponse("ok", content_type="text/plain")


def notice(portal: Portal, deal_id: int) -> None:
    """Make the deal due for a look; any number of events is one look."""
    DealNotice.objects.get_or_create(portal=portal, deal_id=deal_id, defaults={"noticed": 0})
    DealNotice.objects.filter(portal=portal, deal_id=deal_id).update(noticed=F("noticed") + 1)
