"""The portal is connected by an incoming webhook: everything will be done in the name of the employee who made it."""

import secrets
from urllib.parse import urlsplit

from django.db import transaction

from uzel.bitrix24 import wire
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, user
from uzel.bitrix24.entities.user import User
from uzel.bitrix24.limits import Governor
from uzel.flows.sweep_portal import DEAL
from uzel.hub.models import Node, Portal


class BadAddressError(ValueError):
    """What was given is not the address of an incoming webhook; the text is for the person who gave it."""


def connect(url: str, *, event_token: str = "", speed: float = 1.0) -> tuple[Portal, User]:
    """Check the webhook by calling it, then remember it sealed. Connecting again replaces the address."""
    webhook = _checked(url)
    with wire.open_http() as http:
        client = PortalClient(webhook, Governor(speed=speed), http)
        owner = user.read_user(client.call("user.current", {}, repeatable=True).result)
        moment = str(client.call("server.time", {}, repeatable=True).result)
    return _remember(webhook, owner, moment, event_token, speed), owner


@transaction.atomic
def _remember(webhook: str, owner: User, moment: str, event_token: str, speed: float) -> Portal:
    portal = Portal.objects.select_for_update().first() or Portal()
    new = portal.pk is None
    portal.webhook, portal.exchange_user_id, portal.speed = webhook, owner.user_id, speed
    portal.event_token = event_token or portal.event_token or secrets.token_hex(16)
    portal.problem = ""
    if new:  # deals older than this are nobody's order
        portal.swept_until = dict.fromkeys((DEAL, *client_card.TYPE_ID), moment)
    portal.save()
    Node.objects.filter(portal=None).update(portal=portal)
    return portal


def _checked(url: str) -> str:
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
