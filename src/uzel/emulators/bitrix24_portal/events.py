"""Events of the portal as they travel (bitrix24-rest G1): late, out of order, never twice tried."""

import random
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from uzel.emulators.bitrix24_portal.applications import Application, member_id
from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.faults import Faults
from uzel.emulators.bitrix24_portal.letters import COMMENT_EVENTS, NOBODY, Actor, Letter, Letters, form_of
from uzel.emulators.bitrix24_portal.options import Options

NAMES = (
    "ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY",
    "ONCRMLEADADD", "ONCRMLEADUPDATE", "ONCRMLEADDELETE",
    "ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE",
    "ONCRMCOMPANYADD", "ONCRMCOMPANYUPDATE", "ONCRMCOMPANYDELETE",
    "ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE", "ONCRMREQUISITEDELETE",
    "ONCRMBANKDETAILADD", "ONCRMBANKDETAILUPDATE", "ONCRMBANKDETAILDELETE", *COMMENT_EVENTS,
    "ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMUPDATE", "ONCRMDYNAMICITEMDELETE",
    "ONCRMTYPEADD", "ONCRMTYPEUPDATE", "ONCRMTYPEDELETE",
    "CATALOG.PRODUCT.ON.ADD", "CATALOG.PRODUCT.ON.UPDATE", "CATALOG.PRODUCT.ON.DELETE",
    "CATALOG.PRICE.ON.ADD", "CATALOG.PRICE.ON.UPDATE", "CATALOG.PRICE.ON.DELETE",
)  # fmt: skip
#: the same events of one smart process only, by its entityTypeId
ITEM_EVENTS_OF_TYPE = tuple(f"ONCRMDYNAMICITEM{verb}_" for verb in ("ADD", "UPDATE", "DELETE"))
_OF_TYPE = re.compile(f"({'|'.join(ITEM_EVENTS_OF_TYPE)})[0-9]+")
USER_AGENT = "Bitrix24 Webhook Engine"
DELIVERIES_AT_ONCE = 4
POLL_S = 0.5
MAX_LOG = 10_000


@dataclass(frozen=True, slots=True)
class Handler:
    """Where events go, with the token by which the handler knows the portal."""

    url: str
    application_token: str
    names: tuple[str, ...]
    id: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event on its way, to the outgoing webhook unless it is a letter to an application."""

    name: str
    data: Mapping[str, Any]
    at: int
    letter: Letter | None = None


@dataclass(slots=True, order=True)
class _Waiting:
    due_s: float
    number: int
    event: Event = field(compare=False)


class Events:
    """The queue between the portal and its handlers, and the thread that empties it."""

    def __init__(self, clock: Clock, options: Options, faults: Faults, letters: Letters) -> None:
        self._clock, self._options, self._faults, self._letters = clock, options, faults, letters
        self._actor = NOBODY
        self._rng = random.Random(options.seed)
        self._handler: Handler | None = None
        self._domain = ""
        self._numbers = count(1)
        self._waiting: list[_Waiting] = []
        self._under_way = 0
        self._paused = False
        self._changed = threading.Condition()
        self._log: deque[dict[str, Any]] = deque(maxlen=MAX_LOG)
        self._pool = ThreadPoolExecutor(DELIVERIES_AT_ONCE, thread_name_prefix="portal-events")
        self._thread = threading.Thread(target=self._run, name="portal-events", daemon=True)

    def saved(self) -> dict[str, Any]:
        """The handler and what waits, with the portal's seconds each event has left, to be kept in a file."""
        with self._changed:
            now_s = self._clock.portal_s()
            waiting = [(one.due_s - now_s, one.event) for one in sorted(self._waiting)]
            return {"handler": self._handler, "waiting": waiting, "paused": self._paused}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        with self._changed:
            self._handler, self._paused = kept["handler"], kept["paused"]
            self._numbers = count(self._handler.id + 1 if self._handler else 1)
            now_s = self._clock.portal_s()
            self._waiting = [_Waiting(now_s + left_s, next(self._numbers), event) for left_s, event in kept["waiting"]]
            self._changed.notify_all()

    def start(self, domain: str) -> None:
        """Begin to deliver; ``domain`` is how the portal calls itself."""
        self._domain = self._letters.applications.domain = domain
        self._thread.start()

    def stop(self) -> None:
        """Drop what waits and end the thread."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def bind(self, url: str, application_token: str, names: tuple[str, ...] = ()) -> None:
        """Set the only handler; without names it hears every event. An empty url silences the portal."""
        heard = tuple(name.upper() for name in names) or NAMES
        if not names and not self._options.webhook_hears_category_moves:
            heard = tuple(name for name in heard if name != "ONCRMDEALMOVETOCATEGORY")
        if unknown := {name for name in heard if name not in NAMES and not _OF_TYPE.fullmatch(name)}:
            raise ValueError(f"unknown events: {', '.join(sorted(unknown))}")
        with self._changed:
            self._handler = Handler(url, application_token, heard, next(self._numbers)) if url else None

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Whatever is fired meanwhile is this actor's doing. Whoever calls holds the store's lock."""
        before, self._actor = self._actor, actor
        try:
            yield
        finally:
            self._actor = before

    def fire(self, name: str, **data: Any) -> None:
        """Something happened; whoever calls holds the store's lock."""
        with self._changed:
            if self._handler is not None and name in self._handler.names:
                self._put(Event(name, data, int(self._clock.now())))
        self.send(*self._letters.about(name, data, self._actor))

    def try_out(self, application: Application, user_id: int, query: Mapping[str, Any]) -> None:
        """An application asks for an event to see that it hears."""
        self.send(*self._letters.tested(application, user_id, query))

    def send(self, *letters: Letter) -> None:
        """Letters to applications."""
        with self._changed:
            for letter in letters:
                self._put(Event(letter.name, letter.data, int(self._clock.now()), letter), letter.due_s)

    def _put(self, event: Event, not_before_s: float = 0.0) -> None:
        """Queue an event. A fault may lose it, double it or hold it back."""
        if self._faults.take("lose_events", [event.name]):
            return
        copies = 2 if self._faults.take("double_events", [event.name]) else 1
        late = self._faults.take("late_events", [event.name])
        for _ in range(copies):
            due = max(not_before_s, self._clock.portal_s()) + self._delay_s() + (late.seconds if late else 0.0)
            self._waiting.append(_Waiting(due, next(self._numbers), event))
        self._changed.notify_all()

    def _delay_s(self) -> float:
        if not self._clock.waiting:
            return 0.0
        jitter = 0.0 if self._options.events_in_order else self._rng.uniform(0.0, self._options.event_jitter_s)
        return self._options.event_delay_s + jitter

    def pause(self) -> None:
        """Keep events back until :meth:`resume` or :meth:`deliver_now`."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Let events go again."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def deliver_now(self) -> int:
        """Deliver everything that waits, in this thread, whatever its time; returns how many."""
        with self._changed:
            batch, self._waiting = sorted(self._waiting), []
            if not self._options.events_in_order:
                self._rng.shuffle(batch)
            handler = self._handler
        for waiting in batch:
            self._deliver(handler, waiting.event)
        return len(batch)

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits and nothing is under way; False when it did not come to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._under_way, timeout_s)

    def waiting(self) -> int:
        """How many events have not reached the handler yet."""
        with self._changed:
            return len(self._waiting) + self._under_way

    def log(self) -> list[dict[str, Any]]:
        """What was delivered, with the handler's answer; status 0 is no answer."""
        with self._changed:
            return list(self._log)

    def _run(self) -> None:
        while not self._clock.stopped:
            with self._changed:
                for waiting in self._due():
                    self._under_way += 1
                    self._pool.submit(self._deliver_one, self._handler, waiting.event)
                self._changed.wait(self._pause_s())

    def _due(self) -> list[_Waiting]:
        if self._paused:
            return []
        now = self._clock.portal_s()
        due = sorted(waiting for waiting in self._waiting if waiting.due_s <= now)
        self._waiting = [waiting for waiting in self._waiting if waiting.due_s > now]
        if not self._options.events_in_order:
            self._rng.shuffle(due)
        return due

    def _pause_s(self) -> float:
        if self._paused or not self._waiting:
            return POLL_S
        left = min(waiting.due_s for waiting in self._waiting) - self._clock.portal_s()
        return max(0.0, min(POLL_S, left / self._clock.speed))

    def _deliver_one(self, handler: Handler | None, event: Event) -> None:
        try:
            self._deliver(handler, event)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _deliver(self, handler: Handler | None, event: Event) -> None:
        if event.letter:
            url, body = event.letter.url, event.letter.body
        elif handler:
            url, body = handler.url, self.payload(handler, event)
        else:
            return
        status = post(url, body, self._options.event_timeout_s)
        with self._changed:
            self._log.append({"event": event.name, "data": dict(event.data), "at": event.at, "status": status})

    def payload(self, handler: Handler, event: Event) -> str:
        """The form body of an outgoing webhook: ids only, no access token (bitrix24-rest G1)."""
        endpoint = f"http://{self._domain}/rest/"
        pairs = [("event", event.name), ("event_handler_id", str(handler.id))]
        pairs += form_of(event.name, event.data, self._options)
        pairs += [
            ("ts", str(event.at)),
            ("auth[domain]", self._domain),
            ("auth[client_endpoint]", endpoint),
            ("auth[server_endpoint]", "https://oauth.bitrix.info/rest/"),
            ("auth[member_id]", member_id(self._options.seed)),
            ("auth[application_token]", handler.application_token),
        ]
        return urlencode(pairs)


def post(url: str, body: str, timeout_s: float) -> int:
    """POST a form once; the status, or 0 when nobody answered. There is no second try."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": USER_AGENT}
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
    return answer.status
