"""Values inside elements: read leniently, written strictly (onec-exchange 1.3, 3.2, 7)."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

#: What producers write for a currency: 1C sends the first 3 characters of its name, others the numeric code.
CURRENCIES = {
    "RUB": ("руб", "рубль", "рублей", "российский рубль", "р", "rub", "rur", "643", "810", "₽"),
    "USD": ("usd", "840", "долл", "дол", "доллар", "доллар сша", "$"),
    "EUR": ("eur", "978", "евро", "евр", "€"),
    "KZT": ("kzt", "398", "тенге", "тен", "тнг", "₸"),
    "BYN": ("byn", "933", "бел", "бел.руб", "белорусский рубль"),
    "UAH": ("uah", "980", "грн", "гривна", "гри", "₴"),
}
_CURRENCY_BY_NAME = {name: code for code, names in CURRENCIES.items() for name in names}
_ISO_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)

#: Longer than any number, date or time is; nothing longer gets into the caches of parsed values.
LONGEST_VALUE_CHARACTERS = 60
_PLAIN_CHARACTERS = 18
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2007\u2009'\u2019]+")
_DATE = re.compile(r"(?:(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<d2>\d\d?)\.(?P<m2>\d\d?)\.(?P<y2>\d{4}))", re.ASCII)
_TIME = re.compile(
    r"(?P<h>\d\d?):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ILLEGAL_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY_YEAR = 1  # 1C writes an empty date as 0001-01-01
_CENT = Decimal("0.01")
_TEN_THOUSANDTH = Decimal("0.0001")


def parse_number(text: str) -> Decimal:
    """``23 000``, ``1 234,50`` with any blanks, ``231.7400``; ValueError when it is not a number."""
    if len(text) <= _PLAIN_CHARACTERS and text.isascii() and text.replace(".", "", 1).isdigit():
        return Decimal(text)  # nearly every number there is, without waking the regular expression
    if not _PLAIN_NUMBER.fullmatch(text):
        text = _one_separator(_BLANKS.sub("", text)) if len(text) <= LONGEST_VALUE_CHARACTERS else ""
        if not _PLAIN_NUMBER.fullmatch(text):
            raise ValueError(f"not a number: {text[:40]!r}")
    return Decimal(text)


def _one_separator(text: str) -> str:
    """The last of comma and dot is the decimal one; the other, if both are present, separates thousands."""
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    return text.replace(",", ".")


def parse_date(text: str) -> dt.date | None:
    """The date at the start of the text, ISO or ``dd.mm.yyyy``; ``None`` for 1C's empty date; ValueError if unreadable."""
    found = _DATE.match(text)
    if not found:
        raise ValueError(f"not a date: {text[:40]!r}")
    year = int(found["y"] or found["y2"])
    if year == _EMPTY_YEAR:
        return None
    return dt.date(year, int(found["m"] or found["m2"]), int(found["d"] or found["d2"]))


@lru_cache(maxsize=4096)
def parse_time(text: str) -> dt.time:
    """``09:05:00``, ``9:05``, ``9:05:00 AM``; zones and fractions are dropped; ValueError if unreadable."""
    found = _TIME.fullmatch(text) if len(text) <= LONGEST_VALUE_CHARACTERS else None
    if not found:
        raise ValueError(f"not a time: {text[:40]!r}")
    hour, half = int(found["h"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(f"not a time: {text!r}")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, int(found["m"]), int(found["s"] or 0))


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> dt.datetime | None:
    """A date with an optional time after ``T`` or a blank; ``None`` for an empty date; ValueError if unreadable."""
    if len(text) > LONGEST_VALUE_CHARACTERS:
        raise ValueError(f"not a date: {text[:40]!r}")
    date = parse_date(text)
    found = _DATE.match(text)
    rest = text[found.end() :].lstrip("Tt \u00a0") if found else ""
    time = parse_time(rest) if rest else dt.time()
    return None if date is None else dt.datetime.combine(date, time)


@lru_cache(maxsize=256)
def parse_currency(text: str) -> str:
    """ISO 4217 code of a currency however it is named; empty when it is not known."""
    word = text.strip().rstrip(".").lower()
    found = _CURRENCY_BY_NAME.get(word)
    if found:
        return found
    return word.upper() if _ISO_CURRENCY.fullmatch(word) else ""


def one_line(text: str) -> str:
    """A name that was wrapped by somebody's formatter, in one line again."""
    return " ".join(text.split()) if "\n" in text else text


def write_amount(value: Decimal) -> str:
    """Money with at most 2 decimals, as the XSD wants it."""
    return plain(value.quantize(_CENT, ROUND_HALF_UP))


def write_quantity(value: Decimal) -> str:
    """A quantity with at most 4 decimals."""
    return plain(value.quantize(_TEN_THOUSANDTH, ROUND_HALF_UP))


def plain(value: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    return format(value.normalize() if value else Decimal(0), "f")


def clip(text: str, characters: int) -> str:
    """Text without characters that XML forbids, cut to the limit of the XSD."""
    return _ILLEGAL_XML.sub("", text)[:characters]
