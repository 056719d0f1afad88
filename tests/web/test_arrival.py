"""A body on its way in, without a connection."""

import asyncio
from collections.abc import AsyncIterator

from uzel.web.arrival import Arrival


async def _arrive(pieces: list[bytes]) -> tuple[bool, bool, bytes]:
    """Whether a reader need not wait, before the body comes and when it is there; and what he reads."""

    async def come() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    arrival = Arrival(come(), asyncio.get_running_loop(), None, silence_seconds=30, seconds=30)
    before = arrival.is_ready
    await arrival.take()
    return before, arrival.is_ready, arrival.read(100)


def test_a_reader_waits_until_something_is_there() -> None:
    assert asyncio.run(_arrive([b"ab", b"c"])) == (False, True, b"abc")


def test_a_reader_of_nothing_does_not_wait_when_it_is_over() -> None:
    assert asyncio.run(_arrive([])) == (False, True, b"")
