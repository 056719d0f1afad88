"""Our external keys in the portal: nothing there keeps them unique, but by them a lost answer is found again."""

ORIGINATOR = "uzel"


def deal_originator(node_code: str) -> str:
    """External system of a base's deals: ids of documents are the base's own. The id in it is the document's Ид."""
    return f"{ORIGINATOR}:{node_code}"


def is_ours(originator_id: str) -> bool:
    """Whether a deal was created by us."""
    return originator_id.startswith(f"{ORIGINATOR}:")


def card_origin(node_code: str, key: str) -> str:
    """External id of a contact or company that was created for a counterparty of a base."""
    return f"{node_code}:{key}"[:255]
