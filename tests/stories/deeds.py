"""What people of the town did, as far as the judge asks for it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Deeds:
    """``fields``: what managers changed in a deal, by the names of the comparison; ``deleted`` and ``born``: deals they deleted
    and made; ``cards``: contacts they changed, with the documents that the bases had by then; ``renumbered``: buyers whose
    phone a base changed; ``words``: who wrote what into which document or deal, in the order of time.
    """

    fields: dict[int, set[str]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    born: set[int] = field(default_factory=set)
    cards: dict[int, set[str]] = field(default_factory=dict)
    renumbered: set[str] = field(default_factory=set)
    words: list[tuple[str, Any, str, str]] = field(default_factory=list)

    def changed(self, deal_id: int, *names: str) -> None:
        """A manager changed fields of a deal."""
        self.fields.setdefault(deal_id, set()).update(names)

    def said(self, side: str, key: Any, name: str, value: str) -> None:
        """Somebody wrote ``value`` into a field: a base into its document, a manager into his deal."""
        self.words.append((side, key, name, value))
