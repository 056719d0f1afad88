"""camelCase names of user fields, which crm.item.* uses unless ``useOriginalUfNames=Y`` (bitrix24-rest C1)."""

from functools import lru_cache
from itertools import pairwise

PREFIX = "UF_CRM_"


@lru_cache(maxsize=4096)
def camel_case(name: str) -> str:
    """``UF_CRM_10_DIGIT`` → ``ufCrm10Digit``, ``UF_CRM_174`` → ``ufCrm_174``, letters mixed with digits → ``ufCrm_…`` as is.

    Underscores between numbers stay, others go; a name that could not be turned back keeps its spelling.
    """
    if not name.startswith(PREFIX):
        return _humps(name.lower().split("_"), first_lower=True)
    parts = name[len(PREFIX) :].split("_")
    if _is_ambiguous(parts):
        return "ufCrm_" + "_".join(parts)
    shown = "ufCrm"
    for number, part in enumerate(parts):
        alone = part.isdigit() and (len(parts) == 1 or (number > 0 and parts[number - 1].isdigit()))
        shown += f"_{part}" if alone else part.capitalize()
    return shown


def _is_ambiguous(parts: list[str]) -> bool:
    """Whether letters meet digits so that the underscores cannot be put back."""
    mixed = any(not part.isdigit() and any(sign.isdigit() for sign in part) for part in parts)
    after_word = any(part.isdigit() and not before.isdigit() for before, part in pairwise(parts))
    return mixed or after_word or "" in parts


def _humps(words: list[str], *, first_lower: bool) -> str:
    head, *tail = words
    return (head if first_lower else head.capitalize()) + "".join(word.capitalize() for word in tail)
