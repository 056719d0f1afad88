"""A hub that calls an emulated portal as its application: the hub's pages on real HTTP, a clock of the portal moved by hand."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpx2

from tests.flows.portal_town import Hub
from tests.stories.server import Web
from uzel.emulators.bitrix24_portal import Options, start_portal
from uzel.flows.portal.install_application import Asked, ask_installation, give_keys, install_path
from uzel.hub.models import Portal, PortalApplication

OFFLINE = MappingProxyType({"rest_offline_extended": "Y", "rest_auth_connector": "Y"})
TOKEN = "oauth.token"


class AppHub(Hub):
    """``portal_time`` is what the portal's clock is ahead of ours, in seconds."""

    portal_time = 0.0
    web: Web
    installed: Any = None

    def ask(self, domain: str = "") -> PortalApplication:
        """The administrator asks for an installation."""
        url = self.emulator.url
        return ask_installation(Asked(domain=domain or url, hub=self.web.url, oauth_server=url))

    def install(self, *, keys: bool = True) -> None:
        """He saves the portal's form, copies the keys; the worker comes."""
        self.installed = self.emulator.install_application(install_path(self.ask()))
        self.deliver()
        if keys:
            give_keys(Asked(client_id=self.installed.client_id, client_secret=self.installed.client_secret))
        self.drain()
        self.emulator.forget_calls()

    def hurry(self) -> None:
        """Pauses between attempts of a call take no time."""
        Portal.objects.update(speed=10_000.0)

    def deliver(self) -> int:
        """Events that are on their way arrive."""
        return self.emulator.events.deliver_now()

    @property
    def application(self) -> PortalApplication:
        """Its row as it is."""
        return PortalApplication.objects.get()

    def post(self, path: str, form: Mapping[str, str]) -> int:
        """Somebody calls the hub."""
        with httpx2.Client(trust_env=False) as client:
            return client.post(f"{self.web.url}{path}", data=dict(form)).status_code

    def rest(self, method: str, **params: Any) -> Any:
        """The application's own call, by a token of its own."""
        with httpx2.Client(trust_env=False) as client:
            asked = {"auth": self.application.access_token, **params}
            return client.post(f"{self.emulator.url}/rest/{method}", json=asked).json()


@contextmanager
def open_app_hub(web: Web, options: Options | None = None, **node: Any) -> Iterator[AppHub]:
    """Connected by a webhook so far."""
    ahead: dict[str, AppHub] = {}
    now = lambda: time.time() + (ahead["hub"].portal_time if ahead else 0.0)  # noqa: E731
    with start_portal(limits=False, options=options, now=now) as emulator:
        hub = ahead["hub"] = AppHub(emulator, **node)
        hub.web = web
        emulator.events.pause()
        yield hub
