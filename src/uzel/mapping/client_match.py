"""Which card of the portal a counterparty is, and why: INN → phone → e-mail. Strangers on one phone stay strangers.

A card fits if nothing of it contradicts; of several the one with more of the counterparty's phones and e-mails, then the one
whose name is nearer. Equal ones are left alone: a new card can be merged by a person, a wrong one can't be told apart again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from uzel.bitrix24.entities.client_card import COMPANY, CONTACT, ClientCard, KnownCard
from uzel.mapping.client_names import Agreement, agreement, name_words
from uzel.mapping.counterparty_card import digits

INN, PHONE, EMAIL = "ИНН", "телефон", "e-mail"
LINKS = (INN, PHONE, EMAIL)
BY = {INN: "по ИНН", PHONE: "по телефону", EMAIL: "по e-mail"}
PUBLIC = 20  # holders of a phone: it is a shop's or a switchboard's, and the portal's search is cut there (bitrix24-rest C5)
SOLE_TRADER_INN = 12  # digits; a company has 10
TOLD = 5  # passed-over cards named in an explanation
KINDS = {CONTACT: "контакт", COMPANY: "компания"}


@dataclass(frozen=True, slots=True)
class Found:
    """Cards that a search by one INN, phone or e-mail gave; ``public``: so many that it says nothing."""

    link: str
    value: str
    cards: tuple[KnownCard, ...]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The card that is this counterparty, ``None`` where a new one is needed; and why, in plain Russian."""

    known: KnownCard | None
    text: str


def decide(wanted: ClientCard, found: Sequence[Found]) -> Decision:
    """The first link by which somebody fits decides; if several fit equally well, nobody is taken."""
    found = [replace(one, cards=()) if one.public else one for one in found]
    passed: list[str] = []
    for link in LINKS:
        fitting: list[tuple[Rank, KnownCard, Found]] = []
        for one, known in _cards(link, found):
            objection = objection_to(wanted, known, link)
            if objection:
                passed.append(f"{_named(known)} ({BY[link]} {one.value}): {objection}")
            else:
                fitting.append((_rank(wanted, known, found), known, one))
        if fitting:
            return _best(wanted, link, fitting, passed)
    public = [f"{one.link} {one.value} общий, он стоит в {PUBLIC} карточках или больше" for one in found if one.public]
    return Decision(None, "создан новый: " + ("; ".join(_first(public + passed)) or "в портале такого не было"))


Rank = tuple[int, int, int, int]


def _best(wanted: ClientCard, link: str, fitting: Sequence[tuple[Rank, KnownCard, Found]], passed: Sequence[str]) -> Decision:
    top = max(rank for rank, _, _ in fitting)
    best = [(known, one) for rank, known, one in fitting if rank == top]
    known, one = best[0]
    if len(best) > 1:
        equal = ", ".join(_first([_named(known) for known, _ in best]))
        return Decision(None, f"создан новый: {BY[link]} {one.value} одинаково подходят {equal}; объедините дубли в портале")
    other = [f"{_named(known)}: подходит хуже" for rank, known, _ in fitting if rank != top]
    more = _first([*other, *passed])
    agreed = "" if link == INN else {
        Agreement.SAME: ", имя то же", Agreement.PART: ", имя согласуется", Agreement.INITIALS: ", инициалы согласуются",
        Agreement.NO_NAME: ", имени нет",
    }[agreement(wanted, known.card) or Agreement.NO_NAME]  # fmt: skip
    tail = f"; не взяты: {'; '.join(more)}" if more else ""
    return Decision(known, f"найден {BY[link]} {one.value}: {_named(known)}{agreed}{tail}")


def objection_to(wanted: ClientCard, known: KnownCard, link: str) -> str:
    """Why a found card is somebody else's, or ""."""
    card = known.card
    if wanted.inn and card.inn and wanted.inn != card.inn:
        return "другой ИНН"
    if wanted.inn and wanted.inn == card.inn:
        if wanted.kpp and card.kpp and wanted.kpp != card.kpp:
            return "другой КПП, это филиал"
        if wanted.kind != card.kind and len(wanted.inn) != SOLE_TRADER_INN:
            return "карточка другого вида"
        return ""
    return "" if link != INN and agreement(wanted, card) is not None else "другое имя"


def _cards(link: str, found: Iterable[Found]) -> list[tuple[Found, KnownCard]]:
    """Each card once, with the first value that gave it."""
    listed: dict[tuple[str, int], tuple[Found, KnownCard]] = {}
    for one in found:
        if one.link == link:
            for known in one.cards:
                listed.setdefault((known.card.kind, known.entity_id), (one, known))
    return list(listed.values())


def _rank(wanted: ClientCard, known: KnownCard, found: Sequence[Found]) -> Rank:
    shared = sum(known in one.cards for one in found)
    agreed = agreement(wanted, known.card)
    same_kpp = bool(wanted.kpp) and wanted.kpp == known.card.kpp
    return int(known.card.kind == wanted.kind), int(same_kpp), shared, -1 if agreed is None else int(agreed)


def _named(known: KnownCard) -> str:
    return f"{KINDS[known.card.kind]} {known.entity_id} «{known.card.name}»"


def _first(texts: Sequence[str]) -> list[str]:
    return [*texts[:TOLD], *([f"и ещё {len(texts) - TOLD}"] if len(texts) > TOLD else [])]


def claims(card: ClientCard) -> set[tuple[str, str]]:
    """What two counterparties share when they may turn out to be one client: an INN, or a key and a word of the name."""
    keys = [*map(digits, card.phones), *map(str.lower, card.emails)]
    words = {word for name in (card.name, card.full_name) for word in name_words(name) if len(word) > 1} or {""}
    return {(key, word) for key in keys for word in words} | ({(f"inn {card.inn}", "")} if card.inn else set())
