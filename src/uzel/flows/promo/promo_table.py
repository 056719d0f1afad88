"""The directory of promo codes as people keep it: every row is taken, or refused with its reason; the others go on.

The portal is the master of the codes that it has: a table adds codes to it. Without a smart process the table is taken whole.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from uzel.bitrix24.entities.smart_process import PROMO_CODES
from uzel.flows.csv_table import RefusedRowError, Shape, take_rows, write_rows
from uzel.hub.models import Node, Portal
from uzel.hub.promo_book import Entry, add, keep, living, promo_of
from uzel.hub.queries import known_process
from uzel.model.promo import KEY_CHARACTERS, TEXT_CHARACTERS, TITLE_CHARACTERS, PromoCode

CODES = Shape(
    {
        "code": ("код", "промокод", "code", "promo code"),
        "title": ("название", "наименование", "title", "name"),
        "discount": ("скидка", "discount"),
        "valid_from": ("с", "действует с", "from", "valid from"),
        "valid_until": ("по", "действует по", "until", "valid until"),
        "nodes": ("магазины", "узлы", "shops", "nodes"),
        "source": ("откуда покупатели", "источник", "source"),
        "active": ("действует", "включен", "active"),
    },
    (frozenset(("code",)),),
    "в первой строке должны быть названия столбцов, среди них «код»",
)
YES, NO = frozenset(("", "да", "1", "y", "yes", "true", "истина")), frozenset(("нет", "0", "n", "no", "false", "ложь"))
DAYS = ("%Y-%m-%d", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. ``line`` as an editor counts."""

    line: int
    code: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows. ``left``: codes that the portal has or had otherwise; they are changed there."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def as_csv(portal: Portal) -> str:
    """All codes that are not withdrawn."""
    return write_rows(CODES, (_cells(promo_of(row)) for row in living(portal)))


def _cells(promo: PromoCode) -> tuple[str, ...]:
    days = (day.isoformat() if day else "" for day in (promo.valid_from, promo.valid_until))
    return promo.code, promo.title, promo.discount, *days, ", ".join(promo.nodes), promo.source, "да" if promo.active else "нет"


def import_codes(portal: Portal, data: bytes, now: dt.datetime) -> Imported:
    """Take what the table names; codes that it does not name stay."""
    done = Imported()
    found = _read(data, frozenset(Node.objects.filter(portal=portal).values_list("code", flat=True)), done)
    _take(portal, found, now, done)
    return done


def _read(data: bytes, nodes: frozenset[str], done: Imported) -> dict[str, PromoCode]:
    found: dict[str, PromoCode] = {}
    first: dict[str, int] = {}

    def take(line: int, row: Mapping[str, str]) -> None:
        promo = _promo(row, nodes)
        if first.setdefault(promo.key, line) != line:
            raise RefusedRowError(f"этот код уже есть в строке {first[promo.key]}")
        found[promo.key] = promo

    done.refused += [Refused(line, row.get("code", ""), reason) for line, row, reason in take_rows(data, CODES, take)]
    return found


@transaction.atomic
def _take(portal: Portal, found: Mapping[str, PromoCode], now: dt.datetime, done: Imported) -> None:
    new = add(portal, found, now)
    known = {row.key: promo_of(row) for row in living(portal).filter(key__in=list(found))}
    changed = {key: promo for key, promo in found.items() if key not in new and known.get(key) != promo}
    done.new, done.unchanged = len(new), len(found) - len(new) - len(changed)
    if known_process(portal, PROMO_CODES):
        done.left = [promo.code for promo in changed.values()]
        return
    keep(portal, {key: Entry(promo) for key, promo in changed.items()})
    done.changed = len(changed)


def _promo(row: Mapping[str, str], nodes: frozenset[str]) -> PromoCode:
    promo = PromoCode(
        row["code"], row["title"] or row["code"][:TITLE_CHARACTERS], row["discount"], _day(row["valid_from"]),
        _day(row["valid_until"]), tuple(_words(row["nodes"])), row["source"], active=_yes(row["active"]),
    )  # fmt: skip
    if not promo.code:
        raise RefusedRowError("нет кода")
    if len(promo.key) > KEY_CHARACTERS:
        raise RefusedRowError(f"код длиннее {KEY_CHARACTERS} знаков")
    if len(promo.title) > TITLE_CHARACTERS or max(len(promo.discount), len(promo.source)) > TEXT_CHARACTERS:
        raise RefusedRowError(f"название длиннее {TITLE_CHARACTERS} знаков, или скидка либо источник длиннее {TEXT_CHARACTERS}")
    if unknown := [code for code in promo.nodes if code not in nodes]:
        raise RefusedRowError(f"нет такого узла: {', '.join(unknown)}")
    if promo.valid_from and promo.valid_until and promo.valid_from > promo.valid_until:
        raise RefusedRowError("первый день позже последнего")
    return promo


def _words(text: str) -> Iterator[str]:
    return (word for piece in text.split(",") if (word := piece.strip()))


def _day(text: str) -> dt.date | None:
    for shape in DAYS if text else ():
        try:
            return dt.datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day without a clock
        except ValueError:
            continue
    if text:
        raise RefusedRowError(f"«{text}»: день пишут так: 31.03.2026 или 2026-03-31")
    return None


def _yes(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise RefusedRowError(f"«{text}»: в столбце «действует» пишут «да» или «нет»")
    return word in YES
