"""Identity of documents: what is unique in the world and what only in its base."""

from uuid import UUID


def is_guid(text: str) -> bool:
    """Whether an id is unique in the world (``36`` is not: every site has an order 36)."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
