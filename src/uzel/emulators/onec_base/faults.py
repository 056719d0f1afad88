"""Misbehaviour on a script: every fault is armed for a number of times and spends itself."""

from collections import Counter


class Faults:
    """Armed faults, counted by (what, step)."""

    def __init__(self) -> None:
        self._armed: Counter[tuple[str, str]] = Counter()

    def arm(self, what: str, step: str = "", times: int = 1) -> None:
        """Let the fault happen ``times`` more times."""
        self._armed[what, step] += times

    def take(self, what: str, step: str = "") -> bool:
        """Whether the fault happens now; spends one."""
        if not self._armed[what, step]:
            return False
        self._armed[what, step] -= 1
        return True

    def pending(self) -> dict[str, int]:
        """What is still armed, for the log and for tests."""
        return {f"{what}:{step}" if step else what: count for (what, step), count in self._armed.items() if count}
