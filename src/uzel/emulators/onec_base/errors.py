"""What can go wrong inside the emulated client.

Exception
├── ExchangeError        the client's own message to its user, in Russian; ends the attempt
│   └── LostAnswerError  the connection broke before the answer was read
└── VanishedError        the base was switched off in the middle of the session (a scripted fault)
"""


class ExchangeError(Exception):
    """The answer is not one this client accepts; the text is what the 1C user would read."""


class LostAnswerError(ExchangeError):
    """The request left, the answer never came."""


class VanishedError(Exception):
    """The base disappeared before the named step; nothing after it is sent."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step
