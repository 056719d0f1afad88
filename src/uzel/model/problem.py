"""A fault in the data is a value: it is collected beside the good records, never raised."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a piece of data.

    ``code`` is a stable word for scripts (``order_without_id``), ``where`` names the place in the
    words of the sender (``Документ 17 / Товар 3 / Количество``), ``what`` says in plain Russian
    what is wrong. ``fatal`` means that the whole document cannot be used.
    """

    code: str
    where: str
    what: str
    fatal: bool = False
