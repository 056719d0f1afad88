"""What applications are told: online events with an auth block, offline rows, pings (bitrix24-rest A, G)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from uzel.emulators.bitrix24_portal.applications import (
    INSTALL,
    LANGUAGE,
    OFFLINE_PING,
    TEST,
    UNINSTALL,
    Application,
    Applications,
    Binding,
)
from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.offline import OfflineQueue
from uzel.emulators.bitrix24_portal.options import Options

DEFAULT_MIN_TIMEOUT_S = 1.0
STATUS = "L"
COMMENT_EVENTS = ("ONCRMTIMELINECOMMENTADD", "ONCRMTIMELINECOMMENTUPDATE", "ONCRMTIMELINECOMMENTDELETE")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a user (0: a robot) and the source key he named. ``hit``: the request it happens in."""

    user_id: int = 0
    connector: str = ""
    hit: object = None


NOBODY = Actor()


@dataclass(frozen=True, slots=True)
class Letter:
    """An event on its way to one handler. ``due_s``: not before this moment of the portal's life."""

    name: str
    data: Mapping[str, Any]
    url: str
    body: str
    due_s: float = 0.0


def has_fields(name: str, options: Options) -> bool:
    """Whether what an event tells stands in ``FIELDS``: that of a comment does not (bitrix24-rest G)."""
    return name not in COMMENT_EVENTS or options.comment_event_has_fields


def form_of(name: str, data: Mapping[str, Any], options: Options) -> Pairs:
    """What an event tells, as a form has it."""
    place = "data[FIELDS]" if has_fields(name, options) else "data"
    return [(f"{place}[{key}]", str(value)) for key, value in data.items()]


class Letters:
    """Writes letters to applications. Whoever calls holds the store's lock."""

    def __init__(self, applications: Applications, offline: OfflineQueue, clock: Clock, options: Options) -> None:
        self.applications, self.offline = applications, offline
        self._clock, self._options = clock, options
        self._pinged: dict[int, tuple[float, object]] = {}

    def about(self, name: str, data: Mapping[str, Any], actor: Actor) -> Iterator[Letter]:
        """Everything an event sets off: letters to online handlers, rows of the offline queue, pings of those."""
        for binding in self.applications.bindings_to(name):
            application = self.applications.get(binding.application_id)
            if application is None or not application.is_installed:
                continue
            if not binding.is_offline:
                shown = form_of(name, data, self._options)
                yield self._letter(application, binding, data, shown, binding.user_id or actor.user_id)
            elif not (binding.connector and binding.connector == actor.connector):
                source = (application.id, binding.connector)
                kind = "add" if self.offline.put(source, name, data, actor.user_id) else "update"
                yield from self._pings(application, name, kind, actor)

    def _pings(self, application: Application, name: str, kind: str, actor: Actor) -> Iterator[Letter]:
        for binding in self.applications.bindings_of(application.id):
            if binding.event != OFFLINE_PING or binding.is_offline or (due_s := self._ping_at(binding, actor)) is None:
                continue
            timeout = {} if binding.min_timeout is None else {"minTimeout": int(binding.min_timeout)}
            data = {"type": kind, "event": name, "handler": binding.handler, **timeout}
            shown = [(f"data[{key}]", str(value)) for key, value in data.items()]
            user_id = binding.user_id or actor.user_id or application.user_id
            yield self._letter(application, binding, data, shown, user_id, renews=True, due_s=due_s)

    def _ping_at(self, binding: Binding, actor: Actor) -> float | None:
        """When to ping, or None: a ping is on its way, or went a moment ago and the portal sends none afterwards."""
        timeout_s = DEFAULT_MIN_TIMEOUT_S if binding.min_timeout is None else binding.min_timeout
        now_s, (last_s, hit) = self._clock.portal_s(), self._pinged.get(binding.id, (float("-inf"), None))
        if timeout_s <= 0:
            due_s = None if actor.hit is not None and hit is actor.hit else now_s
        elif now_s >= last_s + timeout_s:
            due_s = now_s
        else:
            due_s = last_s + timeout_s if self._options.offline_ping_after_pause and last_s <= now_s else None
        if due_s is not None:
            self._pinged[binding.id] = (due_s, actor.hit)
        return due_s

    def installed(self, application: Application) -> Letter:
        """ONAPPINSTALL to the address given with the application."""
        data = {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": LANGUAGE}
        tokens: Pairs = []
        if self._options.install_event_brings_tokens:
            grant = self.applications.tokens.find(application.access_token)
            left_s = self.applications.tokens.left_s(grant) if grant else 0
            tokens = [
                ("access_token", application.access_token), ("refresh_token", application.refresh_token),
                ("expires_in", str(left_s)), ("scope", ",".join(application.scopes)),
            ]  # fmt: skip
        pairs = [("event", INSTALL), *_plain(data), *self._tail(application, [*tokens, ("status", STATUS)])]
        return Letter(INSTALL, data, application.handler_url, urlencode(pairs))

    def uninstalled(self, application: Application, *, clean: bool) -> list[Letter]:
        """ONAPPUNINSTALL to those who bound it; it brings no tokens."""
        name, data = self._options.uninstall_event_name, {"LANGUAGE_ID": LANGUAGE, "CLEAN": str(int(clean))}
        letters = []
        for binding in self.applications.bindings_of(application.id):
            if binding.event == UNINSTALL and not binding.is_offline:
                pairs = [("event", name), ("event_handler_id", str(binding.id)), *_plain(data), *self._tail(application, [])]
                letters.append(Letter(UNINSTALL, data, binding.handler, urlencode(pairs)))
        return letters

    def tested(self, application: Application, user_id: int, query: Mapping[str, Any]) -> list[Letter]:
        """ONAPPTEST to the handlers of the application that asked for it, with what it said."""
        shown = [*((f"data[QUERY][{name}]", str(value)) for name, value in query.items()), ("data[LANGUAGE_ID]", LANGUAGE)]
        data = {"QUERY": dict(query), "LANGUAGE_ID": LANGUAGE}
        bound = [one for one in self.applications.bindings_of(application.id) if one.event == TEST and not one.is_offline]
        return [self._letter(application, one, data, shown, one.user_id or user_id) for one in bound]

    def _letter(
        self, application: Application, binding: Binding, data: Mapping[str, Any], shown: Pairs, user_id: int,
        *, renews: bool = False, due_s: float = 0.0,
    ) -> Letter:  # fmt: skip
        head = [("event", binding.event), ("event_handler_id", str(binding.id))]
        auth = [*self._access(application, user_id, renews=renews), ("status", STATUS)]
        body = urlencode([*head, *shown, *self._tail(application, auth)])
        return Letter(binding.event, data, binding.handler, body, due_s)

    def _access(self, application: Application, user_id: int, *, renews: bool) -> Pairs:
        """Tokens of the user the handler works for; a robot has none."""
        scope, tokens = [("scope", ",".join(application.scopes))], self.applications.tokens
        if not user_id:
            return scope
        pair = tokens.for_event(application.id, user_id)
        shown = [("access_token", pair.access), ("expires_in", str(tokens.left_s(pair.grant))), *scope]
        return [*shown, ("refresh_token", pair.refresh)] if renews else shown

    def _tail(self, application: Application, auth: Pairs) -> Pairs:
        """``ts`` and the auth block."""
        domain = self.applications.domain
        block = [
            ("domain", domain), ("server_endpoint", f"https://{self._options.oauth_server}/rest/"),
            ("client_endpoint", f"http://{domain}/rest/"), ("member_id", application.member_id),
            ("application_token", application.application_token),
        ]  # fmt: skip
        return [("ts", str(int(self._clock.now()))), *((f"auth[{name}]", value) for name, value in (*auth, *block))]


def _plain(data: Mapping[str, Any]) -> Pairs:
    return [(f"data[{name}]", str(value)) for name, value in data.items()]
