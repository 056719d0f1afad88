"""The portal is connected by an incoming webhook: everything will be done in the name of the employee who made it."""

import secrets
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from uzel.bitrix24 import wire
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities.user import User
from uzel.bitrix24.limits import Governor
from uzel.flows.portal.attend_application import OWNER_COLUMNS, learn_owner
from uzel.hub.models import Node, Portal, PortalApplication


class BadAddressError(ValueError):
    """What was given is not the address of an incoming webhook; the text is for the person who gave it."""


def connect(url: str, *, event_token: str = "", speed: float = 1.0) -> tuple[Portal, User]:
    """Check the webhook by calling it, then remember it sealed. Connecting again replaces the address, or an application."""
    webhook = checked_webhook(url)
    portal = Portal.objects.first() or Portal()
    with wire.open_http() as http:
        owner = learn_owner(portal, PortalClient(webhook, Governor(speed=speed), http), timezone.now())
    return _remember(portal, webhook, event_token, speed), owner


@transaction.atomic
def _remember(portal: Portal, webhook: str, event_token: str, speed: float) -> Portal:
    portal.webhook, portal.speed = webhook, speed
    portal.event_token = event_token or portal.event_token or secrets.token_hex(16)
    new = ("sealed_webhook", "speed", "sealed_event_token", *OWNER_COLUMNS)
    portal.save(update_fields=None if portal.pk is None else new)
    PortalApplication.objects.filter(portal=portal).delete()
    Node.objects.filter(portal=None).update(portal=portal)
    return portal


def checked_webhook(url: str) -> str:
    """``https://…/rest/USER/SECRET/``, whatever method name stands behind it."""
    parts = urlsplit(url.strip())
    path = parts.path.strip("/").split("/")
    if (
        parts.scheme not in ("https", "http")
        or not parts.netloc
        or len(path) < 3
        or (path[-3:-2] != ["rest"] and path[:1] != ["rest"])
    ):
        raise BadAddressError("Нужен адрес входящего вебхука: https://ваш-портал.bitrix24.ru/rest/1/секрет/")
    place = path.index("rest")
    if not path[place + 1].isdigit():
        raise BadAddressError("В адресе вебхука после /rest/ должен стоять номер сотрудника.")
    return f"{parts.scheme}://{parts.netloc}/{'/'.join(path[: place + 3])}/"
