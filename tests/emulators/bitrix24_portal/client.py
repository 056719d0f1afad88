"""A bare client of the portal for these tests: one keep-alive connection, nothing clever."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from uzel.emulators.bitrix24_portal import RunningPortal


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def result(self) -> Any:
        assert self.status == 200, (self.status, self.body)
        return self.json["result"]

    @property
    def error(self) -> tuple[int, Any, str]:
        assert self.status != 200, self.body
        return self.status, self.json["error"], self.json["error_description"]


class Client:
    def __init__(self, portal: RunningPortal, webhook: str = "", source: str = "127.0.0.1") -> None:
        self.portal = portal
        self.base = urlsplit(webhook or portal.webhook).path
        self.connection = HTTPConnection("127.0.0.1", portal.port, timeout=10, source_address=(source, 0))

    def send(self, verb: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Got:
        self.connection.request(verb, path, body, headers or {})
        answer = self.connection.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def post(self, path: str, body: Any) -> Got:
        return self.send("POST", path, json.dumps(body, default=str), {"Content-Type": "application/json"})

    def call(self, method: str, **params: Any) -> Got:
        return self.post(self.base + method, params)

    def form(self, method: str, pairs: list[tuple[str, str]]) -> Got:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", self.base + method, urlencode(pairs), headers)

    def get(self, method: str, query: str = "") -> Got:
        return self.send("GET", f"{self.base}{method}?{query}")

    def batch(self, cmd: Any, halt: Any = 0) -> dict[str, Any]:
        result: dict[str, Any] = self.call("batch", halt=halt, cmd=cmd).result
        return result

    def add_deal(self, **fields: Any) -> dict[str, Any]:
        item: dict[str, Any] = self.call("crm.item.add", entityTypeId=2, fields=fields, useOriginalUfNames="Y").result["item"]
        return item

    def deal(self, deal_id: int) -> dict[str, Any]:
        item: dict[str, Any] = self.call("crm.item.get", entityTypeId=2, id=deal_id, useOriginalUfNames="Y").result["item"]
        return item

    def add_field(self, name: str, user_type: str = "string", entity: str = "CRM_DEAL", **more: Any) -> dict[str, Any]:
        field = {"entityId": entity, "fieldName": name, "userTypeId": user_type, "editFormLabel": {"ru": name}, **more}
        made: dict[str, Any] = self.call("userfieldconfig.add", moduleId="crm", field=field).result["field"]
        return made

    def close(self) -> None:
        self.connection.close()
