"""The extension of a base for promo codes: it takes what changed as JSON, and gives the base's own codes as a directory."""

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx2

from uzel.emulators.onec_base.errors import ExchangeError

IMPORT_CALLS = 100
IMPORT_PAUSE_S = 5.0  # before each call
FILE_NAME = "references___1.xml"


class PromoExtension:
    """Promo codes of one base: ``codes`` by key, as the site tells them, and the ``version`` that the base has."""

    def __init__(
        self, url: str, login: str, password: str, client: httpx2.Client, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.codes: dict[str, Mapping[str, Any]] = {}
        self.version = 0
        self._url, self._client, self._sleep = url, client, sleep
        self._etags: dict[int, str] = {}
        name = base64.b64encode(f"{login}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {name}"}

    def poll(self) -> int:
        """Take what is newer until there is no more and confirm it; how many codes came."""
        came = 0
        while (answer := self._ask()) is not None:
            if answer["full"]:
                self.codes.clear()
            for item in answer["items"]:
                self.codes.pop(item["key"], None)
                if not item["withdrawn"]:
                    self.codes[item["key"]] = item
            came += len(answer["items"])
            self.version = answer["version"]
            self._said("type=promocodes&mode=success", f"&version={self.version}")
            if not answer["more"]:
                break
        return came

    def give(self, codes: Iterable[Mapping[str, str]], *, directory: str = "Промокоды") -> str:
        """Send a directory as the module of 1С-Битрикс does; each code as its requisites by name. The last answer."""
        lines = self._said("type=reference&mode=checkauth").split("\n")
        tail = f"&{lines[3]}"
        cookie = {"Cookie": f"{lines[1]}={lines[2]}"}
        self._said("type=reference&mode=init", tail, cookie)
        body = _written(directory, codes)
        self._said("type=reference&mode=file", f"&filename={FILE_NAME}{tail}", cookie, body)
        for _ in range(IMPORT_CALLS):
            self._sleep(IMPORT_PAUSE_S)
            answer = self._said("type=reference&mode=import", f"&filename={FILE_NAME}{tail}", cookie)
            if not answer.startswith("progress"):
                return answer
        raise ExchangeError(f"Сервер так и не загрузил файл {FILE_NAME}")

    def _ask(self) -> dict[str, Any] | None:
        """The changes after the version that the base has; ``None``: none since the same question was asked."""
        known = self._etags.get(self.version)
        query = f"type=promocodes&mode=query&since={self.version}"
        response = self._send(query, {"If-None-Match": known} if known else {})
        if response.status_code == 304:
            return None
        if not response.headers.get("Content-Type", "").startswith("application/json"):
            raise ExchangeError(f"Промокоды не получены: {response.text[:200]}")
        self._etags = {self.version: response.headers["ETag"]}
        told: dict[str, Any] = response.json()
        return told

    def _said(self, query: str, tail: str = "", headers: Mapping[str, str] | None = None, body: bytes | None = None) -> str:
        text = self._send(query + tail, headers or {}, body).text
        if not text.startswith(("success", "progress", "zip=")):
            raise ExchangeError(text[:200])
        return text

    def _send(self, query: str, headers: Mapping[str, str], body: bytes | None = None) -> httpx2.Response:
        method = "GET" if body is None else "POST"
        return self._client.request(method, f"{self._url}?{query}", headers={**self._headers, **headers}, content=body)


def _written(directory: str, codes: Iterable[Mapping[str, str]]) -> bytes:
    root = Element("КоммерческаяИнформация", {"xmlns": "urn:1C.ru:commerceml_3", "ВерсияСхемы": "3.1"})
    one = SubElement(SubElement(root, "ПользовательскиеСправочники", {"СодержитТолькоИзменения": "true"}), "Справочник")
    SubElement(one, "Ид").text = SubElement(one, "Наименование").text = directory
    elements = SubElement(one, "ЭлементыСправочника")
    for number, code in enumerate(codes, 1):
        element = SubElement(elements, "ЭлементСправочника")
        SubElement(element, "Ид").text = f"element-{number}"
        requisites = SubElement(element, "ЗначенияРеквизитов")
        for name, value in code.items():
            requisite = SubElement(requisites, "ЗначениеРеквизита")
            SubElement(requisite, "Наименование").text, SubElement(requisite, "Значение").text = name, value
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
