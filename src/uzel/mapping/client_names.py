"""When two names of cards may be one client's, and when they can't."""

import re
from enum import IntEnum

from uzel.bitrix24.entities.client_card import CONTACT, ClientCard

NAMELESS = "Без имени"
LEGAL_FORMS = frozenset(("ооо", "оао", "зао", "пао", "нао", "ао", "ип", "тоо", "чп", "нко", "ано", "гуп", "муп", "фгуп", "кфх"))
LONG_FORMS = (
    "общество с ограниченной ответственностью",
    "публичное акционерное общество",
    "непубличное акционерное общество",
    "закрытое акционерное общество",
    "открытое акционерное общество",
    "акционерное общество",
    "индивидуальный предприниматель",
)


class Agreement(IntEnum):
    """How near two names are that may be one client's."""

    NO_NAME = 0
    INITIALS = 1
    PART = 2
    SAME = 3


def agreement(wanted: ClientCard, found: ClientCard) -> Agreement | None:
    """How far two names may be one client's; ``None``: they are two clients'.

    Companies of one phone are told apart by the whole name without its legal form.
    """
    if not name_words(wanted.name) or not name_words(found.name):
        return Agreement.NO_NAME
    if wanted.kind == found.kind == CONTACT:
        return _persons_agreement(wanted, found)
    names = [
        {frozenset(name_words(name)) for name in (card.name, card.full_name) if name_words(name)} for card in (wanted, found)
    ]
    return Agreement.SAME if names[0] & names[1] else None


def _persons_agreement(wanted: ClientCard, found: ClientCard) -> Agreement | None:
    """One word must be the other's first name: a family shares a surname, as it shares the phone.

    Of two words or more each must be a word of the other, one at least in full; what is left stands for the rest in its order,
    as initials do: «Иванов П.» is no «Иванов Семён Петрович».
    """
    short, long = sorted((wanted, found), key=lambda card: len(name_words(card.name)))
    words, others = name_words(short.name), name_words(long.name)
    if sorted(words) == sorted(others):
        return Agreement.SAME
    if len(words) == 1:
        return Agreement.PART if len(words[0]) > 1 and words[0] in name_words(long.first_name) else None
    rest = list(others)
    initials = []
    for word in words:
        if len(word) > 1 and word in rest:
            rest.remove(word)
        else:
            initials.append(word)
    if len(initials) == len(words):
        return None
    stand = all(word[0] == other[0] and 1 in (len(word), len(other)) for word, other in zip(initials, rest, strict=False))
    if not stand:
        return None
    return Agreement.INITIALS if initials else Agreement.PART


def name_words(name: str) -> list[str]:
    """Words of a name without differences of spelling: case, ё, punctuation, legal form; a phone or an e-mail is no name."""
    if name == NAMELESS:
        return []
    text = name.lower().replace("ё", "е")
    for form in LONG_FORMS:
        text = text.replace(form, " ")
    tokens = (token for token in text.split() if "@" not in token)
    words = [word for token in tokens for word in re.findall(r"\w+", token) if word not in LEGAL_FORMS]
    return words if any(not word.isdigit() for word in words) else []
