"""What can go wrong inside the emulated client.

    Exception
    ├── ExchangeError   the client's own message to its user, in Russian; ends the attempt
    │   └── LostAnswer  the connection broke before the answer was read
    └── Vanished        the base was switched off in the middle of the session (a scripted fault)
"""


class ExchangeError(Exception):
    """The answer is not one this client accepts; the text is what the 1C user would read."""


class LostAnswer(ExchangeError):
    """The request left, the answer never came."""


class Vanished(Exception):
    """The base disappeared before the named step; nothing after it is sent."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step
