"""The one word that every received document ends with."""

from enum import StrEnum


class Verdict(StrEnum):
    """Outcome of one received document; ``received`` always equals the sum over these."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    HELD = "held"
    CONFLICT = "conflict"
    REJECTED = "rejected"
