"""Attempts as the hub's tables keep them: one more write or offer whose answer may never come."""

from uzel.model import Order
from uzel.sync.plan import ATTEMPTS_LIMIT


def with_attempt(attempts: tuple[Order, ...], order: Order) -> tuple[Order, ...]:
    """The attempts with one more, but for an exact repetition of the last; the oldest are forgotten."""
    return attempts if attempts and attempts[-1] == order else (*attempts, order)[-ATTEMPTS_LIMIT:]
