"""Local applications of the portal and the events they bound (bitrix24-rest A, G1)."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.tokens import Tokens

INSTALL, UNINSTALL, TEST, OFFLINE_PING = "ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPTEST", "ONOFFLINEEVENT"
APP_EVENTS = (INSTALL, UNINSTALL, TEST, OFFLINE_PING)
SECRET_CHARS = 50
LANGUAGE = "ru"


@dataclass(frozen=True, slots=True)
class Application:
    """An installed local application with its keys and the tokens it got on installation."""

    id: int
    title: str
    client_id: str
    client_secret: str
    application_token: str
    handler_url: str
    redirect_uri: str
    scopes: tuple[str, ...]
    user_id: int
    access_token: str
    refresh_token: str
    member_id: str
    is_installed: bool = True

    @property
    def granted(self) -> tuple[str, ...]:
        """Scopes a call is checked against."""
        return (*self.scopes, "basic")


@dataclass(frozen=True, slots=True)
class Binding:
    """One event.bind. ``user_id`` 0: in the name of whoever did it; ``min_timeout``: pause between ONOFFLINEEVENT."""

    id: int
    application_id: int
    event: str
    handler: str
    user_id: int
    is_offline: bool = False
    connector: str = ""
    min_timeout: float | None = None

    def is_same(self, other: "Binding") -> bool:
        """Whether the portal takes both for one."""
        mine = (self.application_id, self.event, self.handler, self.user_id, self.is_offline, self.connector)
        return mine == (
            other.application_id, other.event, other.handler, other.user_id, other.is_offline, other.connector,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placement:
    """One placement.bind. ``user_id`` 0: for everybody; ``words``: language → TITLE, DESCRIPTION, GROUP_NAME."""

    id: int
    application_id: int
    code: str
    handler: str
    title: str
    description: str
    words: Mapping[str, Mapping[str, str]]
    options: Mapping[str, Any]
    user_id: int = 0


class Applications:
    """The registry. Whoever reads or writes holds the store's lock."""

    def __init__(self, clock: Clock, options: Options) -> None:
        self.tokens = Tokens(clock, options.access_token_life_s, options.seed)
        self.member_id = member_id(options.seed)
        self.domain = ""
        self._all: dict[int, Application] = {}
        self._bindings: dict[int, Binding] = {}
        self._placements: dict[int, Placement] = {}
        self._settings: dict[tuple[int, int], dict[str, Any]] = {}
        self._last_id = self._last_binding_id = self._last_placement_id = 0

    def saved(self) -> dict[str, Any]:
        """Everything, to be kept in a file."""
        return {
            "all": self._all, "bindings": self._bindings, "placements": self._placements, "settings": self._settings,
            "last": [self._last_id, self._last_binding_id, self._last_placement_id], "tokens": self.tokens.saved(),
        }  # fmt: skip

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        self._all, self._bindings = kept["all"], kept["bindings"]
        self._placements, self._settings = kept["placements"], kept["settings"]
        self._last_id, self._last_binding_id, self._last_placement_id = kept["last"]
        self.tokens.load(kept["tokens"])

    def install(
        self, title: str, user_id: int, scopes: tuple[str, ...], handler_url: str, redirect_uri: str,
        *, is_installed: bool = True,
    ) -> Application:  # fmt: skip
        """Add a local application with fresh keys and the first pair of tokens."""
        self._last_id += 1
        new_id, secret = self._last_id, self.tokens.secret
        pair = self.tokens.issue(new_id, user_id)
        self._all[new_id] = Application(
            new_id, title, f"local.{secret(14)}.{secret(8)}", secret(SECRET_CHARS), secret(), handler_url, redirect_uri,
            tuple(scope for scope in scopes if scope != "basic"), user_id, pair.access, pair.refresh, self.member_id,
            is_installed,
        )  # fmt: skip
        return self._all[new_id]

    def finish(self, application_id: int) -> Application:
        """The administrator has set the application up: it is installed."""
        self._all[application_id] = replace(self._all[application_id], is_installed=True)
        return self._all[application_id]

    def remove(self, application_id: int) -> None:
        """Forget an application: its tokens are dead, its handlers, pages and settings are gone."""
        self.tokens.revoke(application_id)
        for placement in self.placements_of(application_id):
            self.displace(placement)
        for key in [key for key in self._settings if key[0] == application_id]:
            del self._settings[key]
        for binding in self.bindings_of(application_id):
            del self._bindings[binding.id]
        self._all.pop(application_id, None)

    def __iter__(self) -> Iterator[Application]:
        return iter(list(self._all.values()))

    def get(self, application_id: int) -> Application | None:
        """An installed application."""
        return self._all.get(application_id)

    def by_client(self, client_id: str) -> Application | None:
        """The application with this client_id."""
        return next((one for one in self._all.values() if one.client_id == client_id), None)

    def next_binding_id(self) -> int:
        """A fresh ``event_handler_id``."""
        self._last_binding_id += 1
        return self._last_binding_id

    def bind(self, binding: Binding) -> None:
        """Remember a handler."""
        self._bindings[binding.id] = binding

    def unbind(self, binding: Binding) -> None:
        """Forget a handler."""
        self._bindings.pop(binding.id, None)

    def bindings_of(self, application_id: int) -> list[Binding]:
        """Handlers of an application."""
        return [one for one in self._bindings.values() if one.application_id == application_id]

    def next_placement_id(self) -> int:
        """A fresh id of a page in a place."""
        self._last_placement_id += 1
        return self._last_placement_id

    def place(self, placement: Placement) -> None:
        """Remember a page in a place."""
        self._placements[placement.id] = placement

    def displace(self, placement: Placement) -> None:
        """Forget a page in a place."""
        self._placements.pop(placement.id, None)

    def placements_of(self, application_id: int) -> list[Placement]:
        """Pages of an application."""
        return [one for one in self._placements.values() if one.application_id == application_id]

    def placements(self, code: str = "") -> list[Placement]:
        """Pages in a place, or all."""
        return [one for one in self._placements.values() if code in ("", one.code)]

    def settings_of(self, application_id: int, user_id: int) -> dict[str, Any]:
        """What an application keeps in the portal: for all its users (0) or for one; may be changed."""
        return self._settings.setdefault((application_id, user_id), {})

    def bindings_to(self, event: str) -> list[Binding]:
        """Who listens to an event."""
        return [one for one in self._bindings.values() if one.event == event]


def member_id(seed: int) -> str:
    """The portal's own id, 32 hexadecimal digits."""
    return f"{random.Random(seed).getrandbits(128):032x}"
