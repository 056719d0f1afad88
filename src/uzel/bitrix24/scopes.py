"""Rights that a webhook or an application is given in the portal: what people tick, and what the set-up checks."""

from dataclasses import dataclass

from uzel.bitrix24.entities import catalog, employee_field, notification
from uzel.bitrix24.setup_plan import FIELD_SCOPE

ALWAYS_GIVEN = "basic"


@dataclass(frozen=True, slots=True)
class Scope:
    """``title`` as the form of the portal calls it. Without what is not ``needed`` the exchange is poorer."""

    code: str
    title: str
    needed: bool = True


SCOPES = (
    Scope("crm", "CRM"),
    Scope("user", "Пользователи"),
    Scope(FIELD_SCOPE, "Настройка пользовательских полей", needed=False),
    Scope(employee_field.SCOPE, "Пользовательские поля сотрудников", needed=False),
    Scope(catalog.SCOPE, "Торговый каталог", needed=False),
    Scope(notification.SCOPE, "Чат и уведомления", needed=False),
)
NEEDED = tuple(scope.code for scope in SCOPES if scope.needed)
KNOWN = frozenset((*(scope.code for scope in SCOPES), ALWAYS_GIVEN))
