"""A running portal: everything put together, and what tests and demos do to it in process."""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from uzel.emulators.bitrix24_portal import board, human, placements, snapshot, state
from uzel.emulators.bitrix24_portal.admin import PREFIX, Admin
from uzel.emulators.bitrix24_portal.applications import Application, Applications
from uzel.emulators.bitrix24_portal.catalog import products
from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.engine import Engine
from uzel.emulators.bitrix24_portal.errors import system
from uzel.emulators.bitrix24_portal.events import Events
from uzel.emulators.bitrix24_portal.faults import Faults
from uzel.emulators.bitrix24_portal.human import Rows
from uzel.emulators.bitrix24_portal.journal import Journal
from uzel.emulators.bitrix24_portal.letters import Letters
from uzel.emulators.bitrix24_portal.oauth import PREFIX as OAUTH_PREFIX
from uzel.emulators.bitrix24_portal.oauth import OAuth
from uzel.emulators.bitrix24_portal.offline import OfflineQueue
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.placements import Opened
from uzel.emulators.bitrix24_portal.rest import Answer, Request, Rest, Send
from uzel.emulators.bitrix24_portal.rights import Rights
from uzel.emulators.bitrix24_portal.seed import EXCHANGE_USER_ID, fill
from uzel.emulators.bitrix24_portal.server import Server
from uzel.emulators.bitrix24_portal.store import Store
from uzel.emulators.bitrix24_portal.values import to_json

Fields = Mapping[str, Any]
STOP_POLL_S = 0.02


class RunningPortal:
    """An emulated portal that listens; a context manager that stops it."""

    def __init__(
        self, port: int, *, host: str, speed: float, limits: bool, parallel: int, options: Options, now: Callable[[], float],
        state_file: Path | None = None,
    ) -> None:  # fmt: skip
        self.options = options
        self.faults = Faults()
        self._clock = Clock(speed, waiting=limits, utc_offset_hours=options.utc_offset_hours, now=now)
        applications, offline = Applications(self._clock, options), OfflineQueue(self._clock)
        self._letters = Letters(applications, offline, self._clock, options)
        events = Events(self._clock, options, self.faults, self._letters)
        self._core = Core(Store(), options, self._clock, events, applications, offline)
        self._state_file, self._saving = state_file, threading.Lock()
        if state_file and state_file.exists():
            snapshot.load(self._core, state_file)
        else:
            fill(self._core.store, options, self._clock.moment())
        self._journal = Journal(options.max_journal_calls)
        self._engine = Engine(self._core, self.faults, self._journal, limits=limits, parallel=parallel)
        self._rest = Rest(self._engine)
        self._oauth = OAuth(self._core, self.faults, self._journal)
        self._admin = Admin(self._engine, self.about, self.install_application, self.save, self.open_placement, self.webhook_of)
        self._server = Server((host, port), self._serve, options.max_body_bytes)
        self._host = host
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STOP_POLL_S,), name="portal", daemon=True)
        self._core.events.start(self.domain)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def domain(self) -> str:
        """Host and port, as events name the portal."""
        return f"{self._host}:{self.port}"

    @property
    def url(self) -> str:
        """Address of the page, without a slash at the end."""
        return f"http://{self.domain}"

    @property
    def webhook(self) -> str:
        """Incoming webhook of the exchange employee."""
        return self.webhook_of(EXCHANGE_USER_ID)

    def webhook_of(self, user_id: int) -> str:
        """Incoming webhook of any employee."""
        return f"{self.url}/rest/{user_id}/{self._core.store.users[user_id].secret}/"

    def about(self) -> dict[str, Any]:
        """What a person needs to connect to the portal."""
        return {"url": self.url, "webhook": self.webhook, "speed": self._clock.speed, "limits": self._engine.limits}

    def state(self) -> dict[str, Any]:
        """Deals with rows, contacts, companies, requisites, users, user fields, directories, comments; money is Decimal."""
        return state.everything(self._core)

    def calls(self) -> dict[str, Any]:
        """``counters`` and ``calls``: every REST request since the start or :meth:`forget_calls`."""
        return {"counters": self._journal.counters(), "calls": self._journal.entries()}

    def forget_calls(self) -> None:
        """Count requests anew."""
        self._journal.clear()

    def set_limits(self, on: bool) -> None:
        """Limits, costs and waiting on or off, from the next request on: a large portal is filled without them."""
        self._engine.set_limits(on)

    def set_event_handler(self, url: str, application_token: str, events: tuple[str, ...] = ()) -> None:
        """The outgoing webhook: where events go. Without names every event goes; an empty url stops them."""
        self._core.events.bind(url, application_token, events)

    @property
    def events(self) -> Events:
        """The queue of events: ``pause``, ``resume``, ``deliver_now``, ``wait_idle``, ``log``."""
        return self._core.events

    def install_application(
        self, handler_url: str = "", *, redirect_uri: str = "", title: str = "Узел", user_id: int = EXCHANGE_USER_ID,
        scopes: tuple[str, ...] = (), has_interface: bool = False,
    ) -> Application:  # fmt: skip
        """An administrator adds a local application; without scopes it has all.

        ONAPPINSTALL goes to ``handler_url`` at once, or with an interface when its installation is finished.
        """
        with self._core.store.lock:
            if user_id not in self._core.store.users:
                raise KeyError(f"no user {user_id}")
            granted = scopes or self.options.scopes
            application = self._core.applications.install(
                title, user_id, granted, handler_url, redirect_uri, is_installed=not has_interface
            )
            if handler_url and not has_interface:
                self._core.events.send(self._letters.installed(application))
        return application

    def finish_installation(self, application: Application) -> Application:
        """The page of an application with an interface called installFinish: it hears events, everybody sees its pages."""
        with self._core.store.lock:
            finished = self._core.applications.finish(application.id)
            if finished.handler_url:
                self._core.events.send(self._letters.installed(finished))
        return finished

    def open_placement(self, code: str, *, user_id: int, context: Fields | None = None, number: int = 0) -> Opened:
        """A person opens a place of the portal; ``number``: which of the pages there; ``context``: PLACEMENT_OPTIONS."""
        with self._core.store.lock:
            found, user = self._core.applications.placements(code), self._core.store.users.get(user_id)
            if user is None or not 0 <= number < len(found):
                raise ValueError(f"место {code}: страниц {len(found)}, сотрудник {user_id}, открыть нечего")
            url, form = placements.opening(self._core.applications, self.options, found[number], user, context or {})
        return placements.show_page(url, form)

    def uninstall_application(self, application: Application, *, clean: bool = True) -> None:
        """Remove an application with its tokens, handlers and offline events; who bound ONAPPUNINSTALL is told."""
        with self._core.store.lock:
            self._core.events.send(*self._letters.uninstalled(application, clean=clean))
            self._core.applications.remove(application.id)
            self._core.offline.forget(application.id)

    def manager_edit(
        self, deal_id: int, *, user_id: int = 2, stage_id: str = "", fields: Fields | None = None, rows: Rows | None = None
    ) -> None:
        """A manager saves a deal's card: stage, fields, the whole set of rows (None leaves them)."""
        human.edit(self._core, deal_id, user_id, stage_id, fields, rows)

    def manager_create(self, user_id: int = 2, fields: Fields | None = None, rows: Rows | None = None) -> int:
        """A manager makes a deal by hand; returns its id."""
        return human.create(self._core, user_id, fields, rows)

    def manager_create_contact(self, user_id: int = 2, fields: Fields | None = None) -> int:
        """A manager makes a contact; ``fm`` as in crm.item.add; returns its id."""
        return human.create_contact(self._core, user_id, fields or {})

    def manager_delete(self, deal_id: int) -> None:
        """A manager deletes a deal."""
        human.delete(self._core, deal_id)

    def set_rights(
        self, user_id: int, rights: Rights | None = None, *, is_admin: bool | None = None, is_crm_admin: bool | None = None
    ) -> None:
        """Give an employee other rights in CRM, or make him an administrator; what is None stays as it was."""
        human.set_rights(self._core, user_id, rights, is_admin=is_admin, is_crm_admin=is_crm_admin)

    def add_product(self, product_id: int, name: str) -> None:
        """Put a product into the catalogue under an id of one's choice, as if it had been there always: no event."""
        with self._core.store.lock:
            products.put_ready(self._core, product_id, name)

    def enum_id(self, field: str, value: str) -> int:
        """Id of a value of a deal's enumeration field; KeyError when there is none."""
        with self._core.store.lock:
            found = [
                item.id
                for one in self._core.store.user_fields_of(2)
                if one.name == field
                for item in one.items
                if item.value == value
            ]
        if not found:
            raise KeyError(f"{field} has no value {value!r}")
        return found[0]

    def save(self, path: Path | None = None) -> dict[str, Any]:
        """Write the whole portal into a file, its state file unless another is named; ``path`` and ``bytes``."""
        where = path or self._state_file
        if where is None:
            raise ValueError("портал запущен без файла состояния (--state)")
        with self._saving:
            return {"path": str(where), "bytes": snapshot.save(self._core, where)}

    def stop(self) -> None:
        """Stop: nothing listens, every connection is cut; what is left goes into the state file, if there is one."""
        self._clock.stop()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        try:
            if self._state_file:
                self.save()
        finally:
            self._core.events.stop()
            self._thread.join()

    def __enter__(self) -> "RunningPortal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _serve(self, request: Request, send_now: Send) -> Answer:
        if request.path.startswith("/rest/"):
            return self._rest.answer(request, send_now)
        if request.path.startswith(OAUTH_PREFIX):
            return self._oauth.answer(request)
        if request.path.startswith(PREFIX):
            return self._admin.answer(request)
        shown = board.asset(request.path) if request.verb in ("GET", "HEAD") else None
        return shown or Answer(404, to_json(system("ERROR_METHOD_NOT_FOUND").body()))


def start_portal(
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    speed: float = 1.0,
    limits: bool = True,
    parallel: int = 4,
    options: Options | None = None,
    now: Callable[[], float] = time.time,
    state_file: Path | None = None,
) -> RunningPortal:
    """Start a new, empty portal on a port (0: any free one).

    ``speed`` divides every duration of the portal; ``limits=False`` takes away limits, costs and waiting;
    ``parallel``: requests worked on at a time; ``now``: the wall clock, for tests that need to move it;
    ``state_file``: the portal goes on from it, if it is there, and is written into it at the end.
    """
    return RunningPortal(
        port, host=host, speed=speed, limits=limits, parallel=parallel, options=options or Options(), now=now,
        state_file=state_file,
    )  # fmt: skip


def run(
    port: int = 8024, *, host: str = "127.0.0.1", speed: float = 1.0, limits: bool = True, state_file: Path | None = None,
    options: Options | None = None,
) -> None:  # fmt: skip
    """``uzel emulate portal``: say where the portal is and serve until Ctrl+C or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _, __: ended.set())
    with start_portal(port, host=host, speed=speed, limits=limits, state_file=state_file, options=options) as portal:
        lines = (
            f"Портал работает: {portal.url}/",
            f"Вебхук сотрудника обмена, подключить: uzel portal connect {portal.webhook}",
            f"Вебхук другого сотрудника: {portal.url}/_emulator/webhook?user_id=2",
            f"Состояние для скриптов: {portal.url}/_emulator/state, обращения: {portal.url}/_emulator/calls",
            "Ограничения портала включены." if limits else "Ограничения портала выключены.",
            "Остановить: Ctrl+C.",
        )
        try:
            print("\n".join(lines), flush=True)  # noqa: T201 - this is the command's output
            ended.wait()
        except KeyboardInterrupt:
            pass
        print("Портал остановлен.")  # noqa: T201 - this is the command's output
