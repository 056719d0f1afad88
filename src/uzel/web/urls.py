"""Addresses of the hub; docs/reference/http.md lists them."""

from django.urls import path, re_path

from uzel.web.event_endpoint import portal_event
from uzel.web.exchange_endpoint import exchange
from uzel.web.install_endpoint import portal_install

#: 1C follows no redirects: the exchange page answers with and without a slash, whatever is behind it.
urlpatterns = [
    re_path(r"^1c(?:/(?P<code>[^/]*))?(?:/|\Z)", exchange),
    re_path(r"^bitrix/admin/1c_exchange\.php/?\Z", exchange),
    path("portal/<slug:code>/events", portal_event),
    path("portal/<slug:code>/install/<str:secret>", portal_install),
]
