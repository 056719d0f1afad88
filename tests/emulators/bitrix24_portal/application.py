"""A local application as these tests see it: it calls with its token and asks for new ones."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.emulators.bitrix24_portal.client import Client, Got
from uzel.emulators.bitrix24_portal import Application, RunningPortal

FEATURES = {"rest_offline_extended": "Y", "rest_auth_connector": "Y"}


class Moving:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class App(Client):
    def __init__(self, portal: RunningPortal, application: Application) -> None:
        super().__init__(portal)
        self.base = "/rest/"
        self.application, self.token = application, application.access_token

    def call(self, method: str, **params: Any) -> Got:
        return self.post(self.base + method, {**params, "auth": self.token})

    def batch(self, cmd: Any, halt: Any = 0) -> dict[str, Any]:
        result: dict[str, Any] = self.call("batch", halt=halt, cmd=cmd).result
        return result

    def tokens(self, **params: Any) -> Got:
        keys = {"client_id": self.application.client_id, "client_secret": self.application.client_secret}
        return self.send("GET", "/oauth/token/?" + urlencode({**keys, **params}))

    def renew(self, refresh: str) -> Got:
        return self.tokens(grant_type="refresh_token", refresh_token=refresh)

    def authorize(self, **params: Any) -> dict[str, str]:
        """Parameters with which the user comes back."""
        got = self.send("GET", "/oauth/authorize/?" + urlencode({"client_id": self.application.client_id, **params}))
        assert got.status == 302, got.body
        return dict(parse_qsl(urlsplit(got.headers["location"]).query))

    def offline(self, **params: Any) -> list[tuple[str, str]]:
        """Names and ids of offline events got."""
        events = self.call("event.offline.get", **params).result["events"]
        return [(one["EVENT_NAME"], one["EVENT_DATA"]["FIELDS"]["ID"]) for one in events]
