"""Identity: what is unique in the world, what only in its base, and who is another buyer."""

from uuid import UUID

from uzel.model import Counterparty

OUR_PREFIX = "b24-"  # of ids that the hub gives to what was born in the portal


def is_ours(document_id: str) -> bool:
    """Whether the hub gave this id: the base has not shown the order under an Ид of its own yet."""
    return document_id.startswith(OUR_PREFIX)


def is_guid(text: str) -> bool:
    """Whether an id is unique in the world (``36`` is not: every site has an order 36)."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def is_another_buyer(old: Counterparty, new: Counterparty) -> bool:
    """Whether ``new`` is somebody else, who replaces ``old`` as a whole.

    A base answers under a GUID of its own for a buyer whom it knew by our word only: that is the same buyer.
    """
    if not old.counterparty_id or old.counterparty_id == new.counterparty_id:
        return False
    return is_guid(old.counterparty_id) or not is_guid(new.counterparty_id)
