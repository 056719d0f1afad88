"""Addresses of the hub; docs/reference/http.md lists them."""

from django.urls import path, re_path

from uzel.web.event_endpoint import portal_event

urlpatterns = [
    path("portal/<slug:code>/events", portal_event),
]
