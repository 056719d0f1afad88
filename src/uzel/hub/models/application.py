"""The local application by which Uzel calls a portal, instead of an incoming webhook."""

from django.db import models

from uzel.hub.models.portal import Portal
from uzel.hub.secrets import Sealed


class PortalApplication(models.Model):
    """Waits for its installation, works, or is gone. Whatever is a password of it is sealed."""

    OFFLINE, ONLINE = "offline", "online"

    portal = models.OneToOneField(Portal, models.CASCADE, related_name="application")
    address = models.CharField(max_length=200, help_text="https://host of the portal, as the administrator named it")
    hub_address = models.CharField(max_length=200, help_text="https://host where the portal reaches us")
    client_id = models.CharField(max_length=200, blank=True)
    oauth_server = models.CharField(max_length=200, blank=True, help_text="https://host that renews tokens")
    member_id = models.CharField(max_length=64, blank=True, help_text="the portal's own id: comes with every event")
    sealed_client_secret = models.TextField(blank=True)
    sealed_install_secret = models.TextField(blank=True, help_text="last word of the path; empty: nothing is expected")
    sealed_application_token = models.TextField(blank=True, help_text="comes with every event")
    sealed_access_token = models.TextField(blank=True)
    sealed_refresh_token = models.TextField(blank=True)
    access_ends_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True, help_text="since when the refresh token lives")
    renewal_sent_at = models.DateTimeField(null=True, help_text="a renewal was sent and its answer is not known")
    lost = models.TextField(blank=True, help_text="why tokens can't be renewed any more, in plain Russian")
    refusal = models.TextField(blank=True, help_text="why an installation was not accepted, in plain Russian")
    installed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True, help_text="when its first call succeeded")
    gone_at = models.DateTimeField(null=True, help_text="when the portal said that it was removed")
    events = models.CharField(max_length=10, blank=True, help_text="offline | online: how the portal tells of changes")
    connector = models.CharField(max_length=40, blank=True, help_text="source key of our own writes")
    events_checked_at = models.DateTimeField(null=True)
    fetching = models.BooleanField(default=False, help_text="offline events may be reserved by a process that was cut off")

    client_secret = Sealed()
    install_secret = Sealed()
    application_token = Sealed()
    access_token = Sealed()
    refresh_token = Sealed()
