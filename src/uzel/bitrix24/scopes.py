"""Rights that a webhook or an application is given in the portal: what people tick, and what the set-up checks."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from uzel.bitrix24.entities import catalog, employee_field, notification
from uzel.bitrix24.setup_plan import FIELD_SCOPE

ALWAYS_GIVEN = "basic"


class Use(StrEnum):
    """What of the exchange a right is for."""

    ALWAYS = "always"
    PROCESSES = "processes"
    NUMBERS = "numbers"
    GOODS = "goods"
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Scope:
    """``title`` as the form of the portal calls it; ``why`` says in Russian what it is for."""

    code: str
    title: str
    use: Use
    why: str

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"


SCOPES = (
    Scope("crm", "CRM", Use.ALWAYS, "сделки, контакты и компании; обязательно"),
    Scope("user", "Пользователи", Use.ALWAYS, "ответственные за сделки; обязательно"),
    Scope(FIELD_SCOPE, "Настройка пользовательских полей", Use.PROCESSES, "смарт-процессы «Узлы обмена» и «Промокоды»"),
    Scope(employee_field.SCOPE, "Пользовательские поля сотрудников", Use.NUMBERS, "табельные номера в карточках сотрудников"),
    Scope(catalog.SCOPE, "Торговый каталог", Use.GOODS, "товары, если какая-то база — источник каталога"),
    Scope(notification.SCOPE, "Чат и уведомления", Use.NOTICES, "уведомления о замолчавших базах"),
)
KNOWN = frozenset((*(scope.code for scope in SCOPES), ALWAYS_GIVEN))


def lacking(given: Collection[str], uses: Collection[Use]) -> list[Scope]:
    """Rights for these uses that are not given."""
    return [one for one in SCOPES if one.use in uses and one.code not in given]
