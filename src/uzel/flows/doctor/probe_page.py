"""The exchange page is called as each client of 1C calls it, with ``probe=1``, so that nothing of the base is touched.

open      checkauth without a password          named     the same with a wrong one
below     checkauth under the address           root      info at the root of the host (onec-exchange 1.2)
old_http  checkauth by HTTP/1.0                 checkauth … with the password of the base, and then:
init_old, query, success                        УНФ, УТ
init_new                                        УНФ with subordinate documents, the module of 1С-Битрикс
bare      query by cookie and sessid alone      ut        query by cookie and password, without sessid
info      with the password, at the root        file      a small upload
slow      a reply that comes after 50 s
"""

import base64
import datetime as dt
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from uzel.flows.doctor.page_record import Heard, ObservedPage, Upload
from uzel.flows.doctor.wire_probe import Ask, certificate_of, hear

ROOT = "/bitrix/admin/1c_exchange.php"
SMALL_BYTES = 1000
USUAL_LIMIT_BYTES = (1 << 20) + 1  # what nginx refuses unless told otherwise
STEPS_BYTES = (8 << 20, 32 << 20, 100 << 20)
SLOW_S, UPLOAD_S = 75.0, 180.0  # UT hangs up after 180 s (onec-exchange 1.1)
FILE_NAME = "probe.xml"


class WrongUrlError(ValueError):
    """What was given is no address; the text is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a base knocks and by what; without a password only what can be seen without it is looked at."""

    url: str
    login: str
    password: str = field(default="", repr=False)
    encoding: str = "utf-8"
    file_limit: int = 200 << 20
    whole_limit: bool = False
    slow: bool = False


def page_address(given: str, code: str) -> str:
    """The address that 1C is given, from what an administrator says; a host alone means the page of the node there."""
    parts = urlsplit(given.strip() if "//" in given else f"https://{given.strip()}")
    try:
        known = parts.scheme in ("https", "http") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        known = False
    if not known or parts.username or parts.password:
        raise WrongUrlError("--url: нужен адрес страницы обмена, например https://uzel.example.ru/1c/КОД/".replace("КОД", code))
    return urlunsplit((parts.scheme, parts.netloc, (parts.path.strip("/") and parts.path) or f"/1c/{code}/", "", ""))


def probe_page(door: Door, now: dt.datetime) -> ObservedPage:
    """The whole conversation. What has no answer at all is not asked on."""
    certificate = certificate_of(door.url)
    trusted = certificate is None or not certificate.fault
    knows = bool(door.password) and trusted
    seen = ObservedPage(door.url, now, door.encoding, door.file_limit, knows, certificate, whole_limit=door.whole_limit)
    first = hear(Ask(_at(door.url, "mode=checkauth")), trusting=not trusted)
    heard = {"open": first}
    if not first.status:
        return replace(seen, heard=heard)
    caller = _Caller(door, trusted, heard)
    caller.without_password()
    if not knows:
        return replace(seen, heard=heard, uploads=(caller.upload(USUAL_LIMIT_BYTES, ""),))
    caller.with_password()
    return replace(seen, heard=heard, uploads=tuple(caller.uploads()))


@dataclass(slots=True)
class _Caller:
    door: Door
    trusted: bool
    heard: dict[str, Heard]
    session: str = ""

    def without_password(self) -> None:
        url, stranger = self.door.url, self._basic(secrets.token_hex(8))
        self._ask("named", Ask(_at(url, "mode=checkauth"), stranger))
        self._ask("below", Ask(_at(url.rstrip("/") + ROOT, "mode=checkauth")))
        self._ask("root", Ask(_at(self._root, "mode=info")))
        self._ask("old_http", Ask(_at(url, "mode=checkauth"), old_http=True))

    def with_password(self) -> None:
        basic = self._basic(self.door.password)
        opened = self._ask("checkauth", Ask(_at(self.door.url, "mode=checkauth"), basic))
        cookie = _cookie(opened)
        self.session = opened.lines[3] if cookie else ""
        if not cookie or not self.session:
            return
        known = {**basic, **cookie}
        steps: tuple[tuple[str, str, dict[str, str]], ...] = (
            ("init_old", f"mode=init&{self.session}", known),
            ("query", f"mode=query&{self.session}", known),
            ("success", f"mode=success&{self.session}", known),
            ("ut", "mode=query", known),
            ("bare", f"mode=query&{self.session}", cookie),
            ("init_new", f"{self.session}&version=2.09&cmlVersion=2.10&mode=init", known),
        )
        for step, query, headers in steps:
            self._ask(step, Ask(_at(self.door.url, query), headers))
        self._ask("info", Ask(_at(self._root, f"mode=info&{self.session}"), known))
        self.heard["file"] = self.upload(SMALL_BYTES, self.session, known).heard
        if self.door.slow:
            self._ask("slow", Ask(_at(self.door.url, "mode=wait"), known, timeout_s=SLOW_S))

    def uploads(self) -> Iterator[Upload]:
        """Larger and larger bodies, until one does not get through."""
        cookie = _cookie(self.heard["checkauth"])
        if not cookie:
            return
        headers = {**self._basic(self.door.password), **cookie}
        larger = (*(size for size in STEPS_BYTES if size < self.door.file_limit), self.door.file_limit)
        for size in (USUAL_LIMIT_BYTES, *(larger if self.door.whole_limit else ())):
            done = self.upload(size, self.session, headers)
            yield done
            if done.heard.lines[0] != "success":
                return

    def upload(self, size: int, session: str, headers: dict[str, str] | None = None) -> Upload:
        query = f"{session and session + '&'}mode=file&filename={FILE_NAME}"
        ask = Ask(_at(self.door.url, query), headers or {}, size, timeout_s=UPLOAD_S)
        return Upload(size, hear(ask, trusting=not self.trusted))

    def _ask(self, step: str, ask: Ask) -> Heard:
        self.heard[step] = hear(ask, trusting=not self.trusted)
        return self.heard[step]

    def _basic(self, password: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{self.door.login}:{password}".encode()).decode()}

    @property
    def _root(self) -> str:
        parts = urlsplit(self.door.url)
        return urlunsplit((parts.scheme, parts.netloc, ROOT, "", ""))


def _at(url: str, query: str) -> str:
    return f"{url}?type=sale&{query}&probe=1"


def _cookie(opened: Heard) -> dict[str, str]:
    """Lines 2 and 3 of checkauth as 1C sends them back."""
    lines = opened.lines
    return {"Cookie": f"{lines[1]}={lines[2]}"} if lines[0].strip().lower() == "success" and len(lines) >= 4 else {}
