"""The path of initial installation: the portal brings the first tokens of our application here, once (bitrix24-rest A3)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from uzel import jobs
from uzel.flows.portal.install_application import take_installation
from uzel.web.forms import whole_form


@csrf_exempt
@require_POST
@whole_form
def portal_install(request: HttpRequest, code: str, secret: str) -> HttpResponse:
    """Only whom ``uzel portal connect --application`` gave the path knows it; nobody learns more than that."""
    portal_id = take_installation(code, secret, request.POST, timezone.now())
    if portal_id is None:
        return HttpResponse("forbidden", status=403, content_type="text/plain")
    jobs.drain_soon(portal_id)
    return HttpResponse("ok", content_type="text/plain")
