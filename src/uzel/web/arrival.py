"""A body on its way in: the event loop fills a small buffer, the thread that answers empties it, and a deadline ends both.

Whoever sends a byte a minute, or stops half way, would otherwise keep a thread for as long as he likes.
"""

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterable, Callable
from typing import Any

ARRIVED = "uzel.arrived"  # in the variables of a call: when the server had it, by time.monotonic
BUFFER_BYTES = 512 << 10  # waiting for the thread; past it nothing more is taken from the connection
BROKEN_ENDS = 2  # empty pieces: granian gives one at the end of a body, and one more when the end is no real one
LOOK_SECONDS = 0.5  # between two looks at the clock


class TooSlowError(TimeoutError):
    """Nothing came for too long, or all of it lasted too long."""


class Arrival(io.RawIOBase):
    """One body, as a raw file. ``silence_seconds`` from one piece to the next, ``seconds`` for all ``expected`` bytes."""

    def __init__(
        self,
        pieces: AsyncIterable[bytes],
        loop: asyncio.AbstractEventLoop,
        expected: int | None,
        *,
        silence_seconds: float,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._pieces, self._loop, self._clock = pieces, loop, clock
        self._silence, self._ends_at = silence_seconds, clock() + seconds
        self._last_at = clock()
        self._left = expected
        self._buffer = bytearray()
        self._changed = threading.Condition()
        self._room = asyncio.Event()
        self._over = False
        self._error: OSError | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is left on the connection."""
        return self._left == 0 or (self._over and self._error is None)

    @property
    def is_ready(self) -> bool:
        """Whether who reads need not wait."""
        return bool(self._buffer) or self._over

    async def take(self) -> None:
        """Fill the buffer until the body ends or its time is over; runs beside the thread that reads."""
        filling = asyncio.ensure_future(self._fill())
        try:
            while not filling.done():
                await asyncio.wait({filling}, timeout=LOOK_SECONDS)
                if not filling.done() and self._is_late():
                    self._end(TooSlowError("the body came too slowly"))
                    return
            fault = filling.exception()
            self._end(ConnectionError(str(fault)) if fault else None)
        finally:
            filling.cancel()
            await asyncio.wait({filling})
            self._end(ConnectionError("nobody takes the rest"))

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, target: Any) -> int:
        """What is there, as far as it fits; waits for the first of it; 0 at the end. Raises TooSlowError."""
        with self._changed:
            self._changed.wait_for(lambda: self._buffer or self._over)
            if self._error and not self._buffer:
                raise self._error
            size = min(len(target), len(self._buffer))
            target[:size] = self._buffer[:size]
            del self._buffer[:size]
            over = self._over
        if not over:
            self._loop.call_soon_threadsafe(self._room.set)
        return size

    async def _fill(self) -> None:
        ends = 0
        async for piece in self._pieces:
            ends += not piece
            if ends == BROKEN_ENDS:
                raise ConnectionError("the connection broke")
            self._last_at = self._clock()
            self._left = None if self._left is None else self._left - len(piece)
            with self._changed:
                self._buffer += piece
                self._changed.notify_all()
            while len(self._buffer) > BUFFER_BYTES:
                self._room.clear()
                await self._room.wait()
                self._last_at = self._clock()  # it was we who were slow

    def _is_late(self) -> bool:
        now = self._clock()
        return now > self._ends_at or (len(self._buffer) <= BUFFER_BYTES and now > self._last_at + self._silence)

    def _end(self, error: OSError | None) -> None:
        with self._changed:
            if not self._over:
                self._over, self._error = True, error
            self._changed.notify_all()
