"""OAuth tokens: codes, access tokens and refresh tokens, each with its end by the wall clock (bitrix24-rest A)."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal.clock import Clock

CODE_LIFE_S = 30.0
REFRESH_LIFE_S = 180 * 86400.0
TOKEN_CHARS = 32
MAX_TOKENS = 10_000
_KEPT = ("codes", "access", "refresh", "of_events")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may call: an application in the name of a user, until ``ends_at``."""

    application_id: int
    user_id: int
    ends_at: float


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token with the refresh token that renews it."""

    access: str
    refresh: str
    grant: Grant


class Tokens:
    """Everything given out. Whoever calls holds the store's lock."""

    def __init__(self, clock: Clock, access_life_s: float, seed: int) -> None:
        self._clock, self._access_life_s = clock, access_life_s
        self._rng = random.Random(f"oauth {seed}")
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._of_events: dict[tuple[int, int], Pair] = {}

    def saved(self) -> dict[str, Any]:
        """Everything, to be kept in a file, with what the next secrets come from."""
        tables = {name: getattr(self, f"_{name}") for name in _KEPT}
        return {**tables, "rng": self._rng.getstate()}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        for name in _KEPT:
            setattr(self, f"_{name}", kept[name])
        self._rng.setstate(kept["rng"])

    def secret(self, chars: int = TOKEN_CHARS) -> str:
        """A fresh secret; the same ones in the same order for the same seed."""
        return "".join(self._rng.choices(_ALPHABET, k=chars))

    def code(self, application_id: int, user_id: int) -> str:
        """A code that lives 30 seconds and works once."""
        return self._put(self._codes, application_id, user_id, CODE_LIFE_S)

    def issue(self, application_id: int, user_id: int) -> Pair:
        """A new pair."""
        access = self._put(self._access, application_id, user_id, self._access_life_s)
        refresh = self._put(self._refresh, application_id, user_id, REFRESH_LIFE_S)
        return Pair(access, refresh, self._access[access])

    def redeem(self, code: str, application_id: int) -> Pair | None:
        """Change a code for a pair; None for an unknown, used, late or foreign one."""
        return self._exchange(self._codes, code, application_id)

    def renew(self, refresh: str, application_id: int) -> Pair | None:
        """Change a refresh token for a new pair; the old refresh token is dead from now on."""
        return self._exchange(self._refresh, refresh, application_id)

    def find(self, access: str) -> Grant | None:
        """What an access token stands for, also when its time is over."""
        return self._access.get(access)

    def is_live(self, grant: Grant) -> bool:
        """Whether the grant has not ended."""
        return self._clock.now() < grant.ends_at

    def left_s(self, grant: Grant) -> int:
        """Seconds of the wall clock the grant has left, rounded up."""
        return max(0, math.ceil(grant.ends_at - self._clock.now()))

    def for_event(self, application_id: int, user_id: int) -> Pair:
        """A pair to send with an event: the last one while half of its hour is left and nobody has renewed it."""
        key, half_s = (application_id, user_id), self._access_life_s / self._clock.speed / 2
        pair = self._of_events.get(key)
        if pair is None or pair.refresh not in self._refresh or pair.grant.ends_at - self._clock.now() < half_s:
            pair = self._of_events[key] = self.issue(application_id, user_id)
        return pair

    def revoke(self, application_id: int) -> None:
        """Take away everything an application was given."""
        for table in (self._codes, self._access, self._refresh):
            for token in [token for token, grant in table.items() if grant.application_id == application_id]:
                del table[token]

    def _exchange(self, table: dict[str, Grant], token: str, application_id: int) -> Pair | None:
        grant = table.get(token)
        if grant is None or grant.application_id != application_id:
            return None
        del table[token]
        return self.issue(application_id, grant.user_id) if self.is_live(grant) else None

    def _put(self, table: dict[str, Grant], application_id: int, user_id: int, life_s: float) -> str:
        if len(table) >= MAX_TOKENS:
            del table[next(iter(table))]
        token = self.secret()
        table[token] = Grant(application_id, user_id, self._clock.now() + life_s / self._clock.speed)
        return token
