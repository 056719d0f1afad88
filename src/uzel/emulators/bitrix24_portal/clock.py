"""Two clocks: the wall's, which every date and timestamp shows, and the portal's, which runs ``speed`` times as fast."""

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone


class Clock:
    """Tells the time and waits. A portal second lasts ``1 / speed`` seconds; without ``waiting`` it lasts nothing."""

    def __init__(
        self, speed: float = 1.0, *, waiting: bool = True, utc_offset_hours: int = 3, now: Callable[[], float] = time.time
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be above zero")
        self.speed = speed
        self.waiting = waiting
        self.zone = timezone(timedelta(hours=utc_offset_hours))
        self.now = now
        self._started = time.monotonic()
        self._stopped = threading.Event()

    def portal_s(self) -> float:
        """Seconds of the portal's life so far."""
        return (time.monotonic() - self._started) * self.speed

    def unix_after(self, portal_seconds: float) -> int:
        """The wall clock's timestamp when so many portal seconds have passed, rounded up."""
        return math.ceil(self.now() + portal_seconds / self.speed)

    def moment(self, timestamp: float | None = None) -> datetime:
        """A moment in the portal's zone, whole seconds, as the portal stores it."""
        return datetime.fromtimestamp(int(self.now() if timestamp is None else timestamp), self.zone)

    def wait(self, portal_seconds: float) -> bool:
        """Wait so many portal seconds; False when the portal stopped meanwhile."""
        return self.wait_wall(portal_seconds / self.speed if self.waiting else 0.0)

    def wait_until(self, portal_moment: float) -> bool:
        """Wait until the portal's life has lasted so many seconds; False when the portal stopped meanwhile."""
        return self.wait(portal_moment - self.portal_s())

    def wait_wall(self, seconds: float) -> bool:
        """Wait by the wall clock; False when the portal stopped meanwhile."""
        if seconds <= 0:
            return not self._stopped.is_set()
        return not self._stopped.wait(seconds)

    def stop(self) -> None:
        """Wake everybody who waits."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the portal is going down."""
        return self._stopped.is_set()
