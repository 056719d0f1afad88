"""Which way into the portal is used: its incoming webhook, or our application there."""

import httpx2

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import ConnectionLost
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.oauth import Application, origin_of
from uzel.flows.portal.renew_token import renew_token, token_of
from uzel.hub.models import Portal, PortalApplication

WAITS = "Портал ещё не подключён: обмен ждёт установки приложения (uzel portal status)."
GONE = (
    "Приложение удалено из портала, обмен стоит. Ничего не пропало: подключите портал снова (uzel portal connect), "
    "и обмен продолжится с этого места."
)


def application_of(portal: Portal) -> PortalApplication | None:
    """The application that is used, also when it is gone; None while a webhook is."""
    return PortalApplication.objects.filter(portal=portal, installed_at__isnull=False).first()


def client_of(portal: Portal, governor: Governor, http: httpx2.Client) -> PortalClient:
    """A client for the portal; ConnectionLost where there is no way in."""
    row = application_of(portal)
    if row is None:
        if not portal.sealed_webhook:
            raise ConnectionLost("NOT_CONNECTED", WAITS)
        return PortalClient(portal.webhook, governor, http)
    if row.gone_at is not None:
        raise ConnectionLost("GONE", GONE)
    way = Application(token_of(row), lambda stale: renew_token(row.pk, http, stale), row.connector)
    return PortalClient(f"{row.address}/rest/", governor, http, application=way)


def remember_address(portal: Portal, client: PortalClient) -> None:
    """A renamed portal is asked at its new address from now on: the old one does not redirect for ever."""
    if client.is_application:
        PortalApplication.objects.filter(portal=portal).update(address=origin_of(client.webhook))
    else:
        portal.webhook = client.webhook
        Portal.objects.filter(pk=portal.pk).update(sealed_webhook=portal.sealed_webhook)
