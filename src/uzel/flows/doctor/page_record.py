"""What the exchange page answered to the doctor over real HTTP: the record that the checks of the page look at."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer as it came. ``trouble``: why there is none (a key of ``checks_of_page.TROUBLES``); ``status`` is then 0."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0.0
    trouble: str = ""

    def header(self, name: str) -> str:
        """A header's value, "" where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """The body as 1C would read it: UTF-8, else windows-1251 (onec-exchange 1.3)."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            return self.body.decode("windows-1251", errors="replace")

    @property
    def lines(self) -> list[str]:
        """Lines of the body; a newline at its end makes an empty one more."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of the server. ``fault``: why it is not to be trusted, as the library says; ``ends``: the moment when it does."""

    fault: str = ""
    ends: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A body of so many bytes, and what was answered to it."""

    size: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class ObservedPage:
    """``heard``: answers by step (see ``probe_page``), without those that were not tried. ``certificate``: of https alone."""

    url: str
    now: dt.datetime
    encoding: str = "utf-8"
    file_limit: int = 200 << 20
    knows_password: bool = False
    certificate: Certificate | None = None
    heard: Mapping[str, Heard] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()
    whole_limit: bool = False

    def of(self, step: str) -> Heard | None:
        """An answer that came; None for a step that was not tried or had no answer."""
        found = self.heard.get(step)
        return found if found and found.status else None

    @property
    def answers(self) -> list[tuple[str, Heard]]:
        """Every answer that came, with its step."""
        return [(step, one) for step, one in self.heard.items() if one.status]
