"""The table of employees: what its columns may be called."""

from collections.abc import Mapping

from uzel.flows.csv_table import Shape

HEADS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "табельный номер", "табельный", "таб номер", "табномер", "таб №", "personnel number", "employee number", "number",
    ),
    "user": (
        "сотрудник портала", "пользователь портала", "id сотрудника", "id пользователя", "id портала", "id", "portal user",
        "portal user id", "user id", "user",
    ),
    "name": ("имя", "фио", "полное имя", "сотрудник", "full name", "name", "employee"),
    "node": ("база", "код базы", "узел", "node", "base", "base code"),
    "alias": ("имя в базе", "фио в базе", "имя в 1с", "фио в 1с", "name in base", "alias"),
}  # fmt: skip
EMPLOYEES = Shape(
    HEADS,
    (frozenset(("number", "alias")), frozenset(("user", "name"))),
    "в первой строке должны быть названия столбцов: «табельный номер», «сотрудник портала» (его номер) и «имя»; "
    "одного из двух последних достаточно",
)
