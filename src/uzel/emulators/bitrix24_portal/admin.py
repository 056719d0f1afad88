"""``/_emulator/…``: state, calls, faults and events as JSON for scripts, and what the page needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from uzel.emulators.bitrix24_portal import board, human, state
from uzel.emulators.bitrix24_portal.applications import Application
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.engine import Engine
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.faults import KINDS
from uzel.emulators.bitrix24_portal.placements import Opened
from uzel.emulators.bitrix24_portal.rest import JSON_TYPE, Answer, Request
from uzel.emulators.bitrix24_portal.values import to_int, to_json

PREFIX = "/_emulator/"
DEFAULT_CALLS = 1000
Query = Mapping[str, str]


class Admin:
    """Answers the emulator's own requests. They cost nothing and are in no journal."""

    def __init__(
        self, engine: Engine, about: Callable[[], dict[str, Any]], install: Callable[..., Application],
        save: Callable[[], dict[str, Any]], open_placement: Callable[..., Opened], webhook_of: Callable[[int], str],
    ) -> None:  # fmt: skip
        self._engine, self._install_application, self._open_placement = engine, install, open_placement
        self._webhook_of = webhook_of
        self._core: Core = engine.core
        self._pages: Mapping[tuple[str, str], Callable[[Query, Any], Any]] = {
            ("GET", "state"): lambda _, __: state.everything(self._core),
            ("POST", "save"): lambda _, __: save(),
            ("GET", "about"): lambda _, __: about(),
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): self._forget_calls,
            ("GET", "faults"): lambda _, __: {"armed": engine.faults.listing(), "kinds": dict(KINDS)},
            ("POST", "faults"): self._arm,
            ("DELETE", "faults"): self._disarm,
            ("POST", "limits"): self._limits,
            ("POST", "rights"): self._rights,
            ("GET", "events"): lambda _, __: {"waiting": self._core.events.waiting(), "delivered": self._core.events.log()},
            ("POST", "events"): self._bind,
            ("GET", "applications"): self._applications,
            ("POST", "applications"): self._install,
            ("GET", "placements"): self._placements,
            ("POST", "placements"): self._open,
            ("GET", "notifications"): self._notifications,
            ("GET", "webhook"): self._webhook,
            ("GET", "board"): self._board,
        }

    def answer(self, request: Request) -> Answer:
        """Answer a request whose path starts with ``/_emulator/``."""
        path = request.path.removeprefix(PREFIX).strip("/")
        query = dict(parse_qsl(request.query))
        try:
            body = self._body(request)
            result = (
                self._deal(request.verb, path, body)
                if path.split("/")[0] == "deals"
                else self._page(request.verb, path, query, body)
            )
        except ApiError as error:
            return Answer(error.status, to_json({"error": error.code, "error_description": error.description}))
        except ValueError as error:
            return Answer(400, to_json({"error": "INVALID", "error_description": str(error)}))
        return Answer(200, to_json(result), JSON_TYPE, (("Cache-Control", "no-store"),))

    def _body(self, request: Request) -> Any:
        """JSON only: a form of a foreign page in the same browser cannot send it."""
        if request.verb != "POST":
            return None
        if request.content_type.partition(";")[0].strip() != "application/json":
            raise ValueError("тело запроса должно быть JSON (Content-Type: application/json)")
        return json.loads(request.body or b"{}", parse_float=Decimal)

    def _page(self, verb: str, path: str, query: Query, body: Any) -> Any:
        page = self._pages.get((verb, path))
        if page is None:
            raise ApiError("NOT_FOUND", f"Нет такой страницы: {verb} {PREFIX}{path}", 404)
        return page(query, body)

    def _deal(self, verb: str, path: str, body: Any) -> dict[str, Any]:
        deal_id = to_int(path.removeprefix("deals").strip("/") or 0)
        if deal_id is None:
            raise ApiError("NOT_FOUND", "Номер сделки должен быть числом", 404)
        if verb == "GET":
            return board.card(self._core, deal_id)
        if verb not in board.ACTIONS:
            raise ApiError("NOT_FOUND", f"Метод {verb} не поддерживается", 405)
        return board.ACTIONS[verb](self._core, deal_id, body if isinstance(body, dict) else {})

    def _board(self, query: Query, _: Any) -> dict[str, Any]:
        shown = board.overview(self._core, to_int(query.get("category")) or 0, query.get("search", "").strip())
        return shown | {"counters": self._engine.journal.counters(), "events_waiting": self._core.events.waiting()}

    def _calls(self, query: Query, _: Any) -> dict[str, Any]:
        limit = to_int(query.get("limit", DEFAULT_CALLS))
        entries = self._engine.journal.entries(to_int(query.get("after")) or 0, DEFAULT_CALLS if limit is None else limit)
        return {"counters": self._engine.journal.counters(), "calls": entries}

    def _forget_calls(self, _: Query, __: Any) -> dict[str, Any]:
        self._engine.journal.clear()
        return {"cleared": True}

    def _arm(self, _: Query, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or "kind" not in body:
            raise ValueError(f"kind must be one of: {', '.join(KINDS)}")
        return {"armed": asdict(self._engine.faults.arm(**body))}

    def _disarm(self, _: Query, __: Any) -> dict[str, Any]:
        self._engine.faults.clear()
        return {"armed": []}

    def _limits(self, _: Query, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or not isinstance(body.get("on"), bool):
            raise ValueError("on wants true or false")
        self._engine.set_limits(body["on"])
        return {"limits": self._engine.limits}

    def _rights(self, _: Query, body: Any) -> dict[str, Any]:
        given = body if isinstance(body, dict) else {}
        flags = {name: given[name] for name in ("is_admin", "is_crm_admin") if name in given}
        if not isinstance(given.get("user_id"), int) or not all(isinstance(flag, bool) for flag in flags.values()):
            raise ValueError("user_id wants a number, is_admin and is_crm_admin want true or false")
        if not isinstance(given.get("rights", ""), str | dict):
            raise ValueError("rights wants a word or a map")
        human.set_rights(self._core, given["user_id"], given.get("rights"), **flags)
        return {"user_id": given["user_id"]}

    def _applications(self, _: Query, __: Any) -> list[dict[str, Any]]:
        with self._core.store.lock:
            return [asdict(application) for application in self._core.applications]

    def _install(self, _: Query, body: Any) -> dict[str, Any]:
        given = body if isinstance(body, dict) else {}
        if unknown := set(given) - {"handler_url", "redirect_uri", "title", "user_id", "scopes", "has_interface"}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        scopes = tuple(str(scope) for scope in given.get("scopes", ()))
        try:
            return asdict(self._install_application(**(given | {"scopes": scopes})))
        except KeyError as error:
            raise ValueError(str(error.args[0])) from error

    def _placements(self, _: Query, __: Any) -> list[dict[str, Any]]:
        with self._core.store.lock:
            return [asdict(one) for one in self._core.applications.placements()]

    def _open(self, _: Query, body: Any) -> dict[str, Any]:
        given = body if isinstance(body, dict) else {}
        user_id, number, context = (
            given.get(name, ordinary) for name, ordinary in (("user_id", 1), ("number", 0), ("context", {}))
        )
        if not (isinstance(user_id, int) and isinstance(number, int) and isinstance(context, dict)):
            raise ValueError("user_id and number want numbers, context wants a map")
        return asdict(self._open_placement(str(given.get("placement", "")), user_id=user_id, number=number, context=context))

    def _notifications(self, query: Query, _: Any) -> list[dict[str, Any]]:
        wanted = to_int(query.get("user_id", "")) or 0
        return [one for one in state.notifications(self._core) if wanted in (0, one["userId"])]

    def _webhook(self, query: Query, _: Any) -> dict[str, Any]:
        users, user_id = self._core.store.users, to_int(query.get("user_id", ""))
        user = users.get(user_id or 0)
        if user is None:
            raise ApiError("NOT_FOUND", f"Нет такого сотрудника; есть: {', '.join(map(str, sorted(users)))}", 404)
        return {"user_id": user.id, "name": user.full_name, "webhook": self._webhook_of(user.id)}

    def _bind(self, _: Query, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or not isinstance(body.get("url"), str):
            raise ValueError("url wants the address of the handler")
        names = tuple(str(name) for name in body.get("events", ()))
        self._core.events.bind(body["url"], str(body.get("application_token", "")), names)
        return {"url": body["url"]}
