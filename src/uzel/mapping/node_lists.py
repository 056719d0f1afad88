"""Payment systems and delivery services that a node tells its base of (onec-exchange 2.3): a table each, standard or its own.

1C writes id and name of a payment system back as «Метод оплаты ИД» and «Метод оплаты».
"""

from collections.abc import Iterable, Sequence

from uzel.commerceml.tags import PAYMENT_KINDS

Row = Sequence[str]

#: id, name, kind; the kinds are the only words that УНФ understands
STANDARD_PAYMENTS: tuple[Row, ...] = (
    ("1", "Наличные", "Наличная оплата"),
    ("2", "Безналичные", "Безналичная оплата"),
    ("3", "Эквайринг", "Эквайринговая оплата"),
)
STANDARD_DELIVERIES: tuple[Row, ...] = (("1", "Доставка"), ("2", "Самовывоз"))
ID_LIMIT, NAME_LIMIT = 40, 250  # characters, by the schema of CommerceML
MOST_ROWS = 100


def wrong_rows(rows: Iterable[Row]) -> list[str]:
    """What is wrong with rows of (id, name) or (id, name, kind), in plain Russian."""
    rows = list(rows)
    ids = [row[0] for row in rows]
    found = [f"строк {len(rows)}, а можно не больше {MOST_ROWS}"] if len(rows) > MOST_ROWS else []
    found += [f"«{row_id}»: такой ид назван дважды" for row_id in dict.fromkeys(ids) if ids.count(row_id) > 1]
    for row in rows:
        found += [f"«{'='.join(row)}»: {text}" for text in _wrong(row)]
    return found


def _wrong(row: Row) -> list[str]:
    row_id, name, *kind = row
    checks = (
        (0 < len(row_id) <= ID_LIMIT, f"ид должен быть от 1 до {ID_LIMIT} знаков"),
        (0 < len(name) <= NAME_LIMIT, f"имя должно быть от 1 до {NAME_LIMIT} знаков"),
        (set(kind) <= set(PAYMENT_KINDS), f"тип оплаты бывает: {', '.join(PAYMENT_KINDS)}"),
    )
    return [text for good, text in checks if not good]
