"""Problems of one document, collected while it is read."""

from uzel.model import Problem


class Notes:
    """Remembers what was wrong and where; places are put together only when there is something to say."""

    __slots__ = ("place", "problems")

    def __init__(self, place: str) -> None:
        self.place = place
        self.problems: list[Problem] = []

    def add(self, code: str, where: str, what: str, *, fatal: bool = False) -> None:
        """Remember one problem; ``where`` is relative to the document."""
        place = f"{self.place} / {where}" if where else self.place
        self.problems.append(Problem(code, place, what, fatal))
