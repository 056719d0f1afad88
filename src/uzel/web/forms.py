"""Forms that the portal sends: read before anything is looked up, so that one that does not come is told so and no more."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from uzel.web.places import FOR_PORTAL

Rest = ParamSpec("Rest")


def whole_form(
    view: Callable[Concatenate[HttpRequest, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """A view whose form is there; Django itself refuses one that is too large or of too many fields (400)."""

    @wraps(view)
    def checked(request: HttpRequest, /, *rest: Rest.args, **named: Rest.kwargs) -> HttpResponse:
        try:
            _ = request.POST
        except UnreadablePostError:
            return HttpResponse("the form did not come whole", status=HTTPStatus.REQUEST_TIMEOUT, content_type="text/plain")
        with FOR_PORTAL.taken():
            return view(request, *rest, **named)

    return checked
