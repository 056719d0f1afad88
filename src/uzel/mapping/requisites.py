"""Requisites of a document and fields of an order: one table, read in both directions.

A node has its own rows over the standard ones (``Node.requisites``): another name, direction or converter of a field of
the order, or a field of the deal (``UF_CRM_…``) that the standard table knows nothing of. Names and formats:
onec-exchange 3.1, 3.3, 4.1.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from uzel.bitrix24.values import is_yes
from uzel.commerceml import values as spelling
from uzel.mapping.requisite_rows import BOTH, DIRECTIONS, IN, OFF, ON, OUT, READY, STANDARD, RequisiteRow
from uzel.mapping.rules import NodeRules, OwnRequisite
from uzel.sync.ownership import Owner, ownership

EXTRA = "UF_CRM_"  # a field that begins so is a field of the deal
EXTRAS_LIMIT = 50  # fields of the deal in the own table of one node
NAME_CHARACTERS = 255  # of a requisite
_BY_FIELD = {row.field: row for row in (*STANDARD, *READY)}

#: Where a base writes no flags, only the dates of a full payment and shipment (UT; onec-exchange 4.1).
DATE_OF_FLAG: Mapping[str, str] = {"paid": "paid_at", "shipped": "shipped_at"}
#: Several of them make one status or one flag (see ``mapping.document_order``): no field of the order stands for them alone.
INDIRECT = frozenset(("canceled", "paid_at", "shipped_at", "status_id", "status_name"))


def rows(table: Sequence[OwnRequisite]) -> Sequence[RequisiteRow]:
    """The standard table and the ready rows under the node's own, then the node's other fields of the deal."""
    if not table:
        return _ALL
    own = {row.field: row for row in table}
    taken = {row.name for row in table if row.field not in _BY_FIELD and row.direction != OFF}
    known = (_over(row, own[row.field]) if row.field in own else _unless(row, taken) for row in _ALL)
    return [*known, *(_extra_row(row) for row in own.values() if row.field not in _BY_FIELD)]


def _over(row: RequisiteRow, own: OwnRequisite) -> RequisiteRow:
    names = (own.name, *(name for name in row.names if name != own.name)) if own.name else row.names
    return replace(row, names=names, direction=own.direction or row.direction, converter=own.converter or row.converter)


def _unless(row: RequisiteRow, taken: set[str]) -> RequisiteRow:
    """A ready row steps aside where people gave its requisite to a field of their own."""
    return replace(row, direction=OFF) if row.ready and taken.intersection(row.names) else row


def _extra_row(own: OwnRequisite) -> RequisiteRow:
    return RequisiteRow(own.field, (own.name,), own.direction or BOTH, own.converter or "text")


def extra_rows(rules: NodeRules) -> Mapping[str, RequisiteRow]:
    """Fields of the deal in the node's table, those that take part."""
    return _extra_rows(rows(rules.requisites)) if rules.requisites else _EXTRAS


def _extra_rows(table: Sequence[RequisiteRow]) -> dict[str, RequisiteRow]:
    return {row.field: row for row in table if row.field.startswith(EXTRA) and row.direction != OFF}


_ALL = (*STANDARD, *READY)
_EXTRAS: Mapping[str, RequisiteRow] = MappingProxyType(_extra_rows(_ALL))


def field_of(named: str, table: Sequence[OwnRequisite]) -> str:
    """The field that people mean by its code, or by the name of its requisite in 1C; what nobody knows is as they said."""
    word = named.strip().lower()
    return next((row.field for row in rows(table) if word in map(str.lower, row.names)), named)


def switched(own: OwnRequisite) -> OwnRequisite:
    """A row with the direction that :data:`ON` means: that of a ready row, the standard one, or both ways."""
    if own.direction != ON:
        return own
    known = _BY_FIELD.get(own.field)
    return replace(own, direction=BOTH if known is None else known.ready or known.direction)


def why_not(own: OwnRequisite) -> str:
    """Why a row cannot stand in a node's table, in plain Russian; empty: it can."""
    standard, extra = _BY_FIELD.get(own.field), own.field.startswith(EXTRA)
    if standard is None and not extra:
        return f"нет такого поля: {own.field}; есть {', '.join(row.field for row in STANDARD)} и поля сделки {EXTRA}…"
    if extra and (not own.field.removeprefix(EXTRA).replace("_", "").isalnum() or own.field != own.field.upper()):
        return f"код поля сделки пишется большими латинскими буквами, цифрами и «_»: {own.field}"
    if extra and own.field.startswith(f"{EXTRA}UZEL_"):
        return f"поле {own.field} ведёт сам Узел"
    if extra and standard is None and not own.name:
        return f"для поля {own.field} нужно имя реквизита в 1С"
    if len(own.name) > NAME_CHARACTERS:
        return f"имя реквизита длиннее {NAME_CHARACTERS} знаков"
    if own.direction and own.direction not in DIRECTIONS:
        return f"нет такого направления: {own.direction}; есть {', '.join(DIRECTIONS)}"
    if own.converter and own.converter not in CONVERTERS:
        return f"нет такого преобразования: {own.converter}; есть {', '.join(CONVERTERS)}"
    return _against_standard(own, standard) if standard and not extra else ""


def _against_standard(own: OwnRequisite, standard: RequisiteRow) -> str:
    """A field of the order keeps its kind of value, and what only one side can say is said by that side."""
    allowed = set(DIRECTIONS) if standard.direction == BOTH else {standard.direction, OFF}
    if own.direction and own.direction not in allowed:
        return f"направление поля {own.field} — только {DIRECTIONS[standard.direction]}, или {OFF}"
    spoken, kind = CONVERTERS[own.converter or standard.converter], CONVERTERS[standard.converter]
    if spoken.kind != kind.kind:
        return f"полю {own.field} не подходит преобразование {own.converter}"
    return ""


def table_problem(table: Sequence[OwnRequisite]) -> str:
    """Why the rows cannot stand together, in plain Russian: one name must not speak of two fields."""
    named: dict[str, str] = {}
    for row in rows(table):
        if row.direction == OFF:
            continue
        other = named.setdefault(row.names[0], row.field)
        if other != row.field:
            return f"реквизит «{row.names[0]}» назван и для {other}, и для {row.field}"
    extras = sum(row.field.startswith(EXTRA) for row in table)
    return f"полей сделки больше {EXTRAS_LIMIT}" if extras > EXTRAS_LIMIT else ""


def owners(rules: NodeRules, *, posted: bool, closed: bool = False) -> dict[str, Owner]:
    """Who owns what of an order of the node: what the directions say stands under the node's own table."""
    return ownership(rules.ownership, one_way(rules), posted=posted, closed=closed)


def one_way(rules: NodeRules) -> Mapping[str, Owner]:
    """What the directions say of ownership: what goes one way only is that side's."""
    return _one_way(rows(rules.requisites)) if rules.requisites else _READY_ONE_WAY


def _one_way(table: Sequence[RequisiteRow]) -> dict[str, Owner]:
    told: dict[str, set[str]] = {}
    for row in table:
        if row.field.startswith(EXTRA) or _BY_FIELD[row.field].direction == BOTH:
            told.setdefault(_path(row.field), set()).add(row.direction)
    return {path: _ONE_WAY[ways.pop()] for path, ways in told.items() if len(ways) == 1 and ways <= set(_ONE_WAY)}


def _path(field: str) -> str:
    """The row of the ownership table, or the path, that speaks for a field."""
    if field.startswith(EXTRA):
        return f"extras.{field}"
    return "status" if field in INDIRECT else field.partition(".")[0]


_ONE_WAY = {IN: Owner.NODE, OUT: Owner.PORTAL, OFF: Owner.PORTAL}
_READY_ONE_WAY: Mapping[str, Owner] = MappingProxyType(_one_way(_ALL))


def read(values: Mapping[str, str], rules: NodeRules) -> tuple[dict[str, Any], list[str]]:
    """Fields that the requisites mention, and the names of requisites whose value could not be understood."""
    found: dict[str, Any] = {}
    unreadable: list[str] = []
    for row in rows(rules.requisites):
        name = next((name for name in row.names if name in values), None)
        if name is None or row.direction in (OUT, OFF):
            continue
        try:
            read_value = CONVERTERS[row.converter].read(values[name])
        except ValueError:
            unreadable.append(name)
            continue
        found[row.field] = shown_as(row, read_value) if row.field.startswith(EXTRA) else read_value
    return found, unreadable


def write(fields: Mapping[str, Any], rules: NodeRules) -> dict[str, tuple[str, ...]]:
    """Requisites for the fields that go out; what is empty is written empty, so that it can be cleared."""
    return {
        row.names[0]: (_written(row, fields[row.field]),)
        for row in rows(rules.requisites)
        if row.direction in (BOTH, OUT) and row.field in fields
    }


def _written(row: RequisiteRow, value: Any) -> str:
    converter = CONVERTERS[row.converter]
    if not row.field.startswith(EXTRA):
        return converter.write(value)
    try:
        return converter.write(converter.read(value))
    except ValueError:  # kept under another converter, before the table was changed
        return str(value)


def shown_as(row: RequisiteRow, value: Any) -> str:
    """A value of a field of the deal as the portal writes it: an order keeps it in these words."""
    return CONVERTERS[row.converter].shown(value)


def seen_as(row: RequisiteRow, raw: Any) -> str:
    """What the portal shows in a field of the deal, in the words of :func:`shown_as`; of several values the first."""
    first = next(iter(raw), "") if isinstance(raw, (list, tuple)) else raw
    if CONVERTERS[row.converter].kind == "flag":
        return shown_as(row, is_yes(first))
    text = "" if first is None or first is False else str(first)
    if CONVERTERS[row.converter].kind in ("moment", "date"):
        text = text[:19]  # a zone is nobody's: the protocol with 1C knows none
    try:
        return shown_as(row, CONVERTERS[row.converter].read(text))
    except ValueError:
        return text


def parse_flag(text: str) -> bool:
    """``true``/``false`` as 1C writes them, and the words people configure instead."""
    word = text.strip().lower()
    if word in ("true", "1", "да", "истина", "y"):
        return True
    if word in ("false", "0", "нет", "ложь", "n", ""):
        return False
    raise ValueError(text)


def parse_money(text: str) -> Decimal:
    """``23 000,50`` with any kind of space, comma or dot; nothing is 0."""
    return spelling.parse_number(text) if text.strip() else Decimal(0)


def parse_moment(text: str) -> dt.datetime | None:
    """A local moment in any of the spellings of 1C; nothing and the empty date are ``None``."""
    return spelling.parse_moment(text.strip()) if text.strip() else None


def _parse_date(text: str) -> dt.date | None:
    moment = parse_moment(text)
    return moment.date() if moment else None


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _text(value: Any) -> str:
    return str(value or "")


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _money(value: Any) -> str:
    return spelling.write_amount(value) if value else ""


def _plain(value: Any) -> str:
    return spelling.plain(value) if value else ""


def _moment(value: Any) -> str:
    return value.isoformat() if value else ""


def _bit(value: Any) -> str:
    return "1" if value else "0"


@dataclass(frozen=True, slots=True)
class Converter:
    """How a value is read from 1C, written to 1C, and written into a field of the deal of type ``user_type``.

    ``kind``: converters of one kind read values of one kind, so one may stand for another.
    """

    title: str
    kind: str
    user_type: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    shown: Callable[[Any], str]


CONVERTERS: Mapping[str, Converter] = MappingProxyType({
    "text": Converter("текст", "text", "string", str.strip, _text, _text),
    "upper": Converter("текст большими буквами", "text", "string", lambda text: text.strip().upper(), _text, _text),
    "digits": Converter("только цифры", "text", "string", _digits, _text, _text),
    "flag": Converter("да или нет", "flag", "boolean", parse_flag, _flag, _bit),
    "money": Converter("сумма, два знака", "money", "double", parse_money, _money, _plain),
    "number": Converter("число", "money", "double", parse_money, _plain, _plain),
    "date": Converter("дата", "date", "date", _parse_date, _moment, _moment),
    "moment": Converter("дата и время", "moment", "datetime", parse_moment, _moment, _moment),
})  # fmt: skip


def own_rows(table: Iterable[Mapping[str, str]]) -> tuple[OwnRequisite, ...]:
    """The rows of ``Node.requisites``."""
    return tuple(OwnRequisite(**row) for row in table)
