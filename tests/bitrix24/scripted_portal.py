"""A portal at the client's wire that answers from a script, and the answers it is given."""

import json
from typing import Any

import httpx2

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.wire import open_http

SECRET = "s3cr3tcode"
HOOK = f"https://shop.bitrix24.ru/rest/7/{SECRET}/"
HTML = "<html><h1>502 Bad Gateway</h1></html>"


class Portal:
    """Answers from a script, the last of them for ever; keeps what was asked and how long the client slept."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.requests: list[httpx2.Request] = []
        self.naps: list[float] = []
        self.now = 1_800_000_000.0
        self.governor = Governor(clock=lambda: self.now, sleep=self.sleep)
        self.http = open_http(transport=httpx2.MockTransport(self.answer))
        self.client = PortalClient(HOOK, self.governor, self.http, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        given = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(given, Exception):
            raise given
        if callable(given):
            given = given(request)
        if isinstance(given, httpx2.Response):
            return given
        return httpx2.Response(200, json=given)

    def sent(self, place: int = -1) -> Any:
        return json.loads(self.requests[place].content)

    @property
    def in_flight(self) -> int:
        return int(self.governor.snapshot()["in_flight"])


def error(status: int, code: Any, text: str = "текст", **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": code, "error_description": text}, headers=headers)


def page(status: int) -> httpx2.Response:
    return httpx2.Response(status, text=HTML, headers={"Content-Type": "text/html"})


def sections(**given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in ("result", "result_error", "result_total", "result_next", "result_time")}
    return {"result": empty | given, "time": {"start": 1, "finish": 2, "duration": 1}}
