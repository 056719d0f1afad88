"""Standard fields of leads, deals, contacts and companies as a table (bitrix24-rest C2, C5).

Access: w read and write, r read only, c set on creation only, a only in answers (absent from ``crm.item.fields``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``name`` in crm.item.*, ``upper`` there as ``upperName``, ``old`` in crm.deal.* and its like."""

    name: str
    kind: str
    access: str = "w"
    title: str = ""
    is_multiple: bool = False
    old_name: str = ""

    @property
    def upper(self) -> str:
        """``assignedById`` → ``ASSIGNED_BY_ID``."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", self.name).upper()

    @property
    def old(self) -> str:
        """Name in the old methods."""
        return self.old_name or _OLD_NAMES.get(self.name, self.upper)


_OLD_NAMES: Mapping[str, str] = {
    "createdTime": "DATE_CREATE",
    "updatedTime": "DATE_MODIFY",
    "createdBy": "CREATED_BY_ID",
    "updatedBy": "MODIFY_BY_ID",
    "movedBy": "MOVED_BY_ID",
}

_BEGIN = (
    Field("id", "integer", "r", "ID"),
    Field("createdTime", "datetime", "r", "Когда создан"),
    Field("updatedTime", "datetime", "r", "Когда обновлён"),
    Field("createdBy", "user", "r", "Кем создан"),
    Field("updatedBy", "user", "r", "Кем обновлён"),
    Field("assignedById", "user", "w", "Ответственный"),
    Field("opened", "boolean", "w", "Доступен для всех"),
    Field("leadId", "crm_lead", "w", "Лид"),
)
_END = (
    Field("comments", "text", "w", "Комментарий"),
    Field("webformId", "crm_webform", "c", "Создано CRM-формой"),
    Field("sourceId", "crm_status", "w", "Источник"),
    Field("sourceDescription", "text", "w", "Дополнительно об источнике"),
    Field("originatorId", "string", "w", "Внешний источник"),
    Field("originId", "string", "w", "Идентификатор элемента во внешнем источнике"),
    Field("lastActivityBy", "user", "r", "Кто последний работал в таймлайне"),
    Field("lastActivityTime", "datetime", "r", "Последняя активность"),
    Field("searchContent", "text", "a"),
    Field("utmSource", "string", "w", "UTM Source"),
    Field("utmMedium", "string", "w", "UTM Medium"),
    Field("utmCampaign", "string", "w", "UTM Campaign"),
    Field("utmContent", "string", "w", "UTM Content"),
    Field("utmTerm", "string", "w", "UTM Term"),
    Field("observers", "user", "w", "Наблюдатели", is_multiple=True),
)
_COMMUNICATION = (
    Field("hasPhone", "boolean", "r", "Задан телефон"),
    Field("hasEmail", "boolean", "r", "Задан e-mail"),
    Field("hasImol", "boolean", "r", "Задана открытая линия"),
    Field("originVersion", "string", "w", "Версия оригинала"),
)
_DEAL = (
    Field("companyId", "crm_company", "w", "Компания"),
    Field("contactId", "crm_contact", "w", "Контакт"),
    Field("quoteId", "crm_quote", "w", "Предложение"),
    Field("title", "string", "w", "Название"),
    Field("productId", "string", "a"),
    Field("categoryId", "crm_category", "w", "Воронка"),
    Field("stageId", "crm_status", "w", "Стадия сделки"),
    Field("previousStageId", "crm_status", "r", "Предыдущая стадия"),
    Field("stageSemanticId", "string", "r", "Группа стадии"),
    Field("isNew", "boolean", "r", "Новая сделка"),
    Field("isRecurring", "boolean", "w", "Регулярная сделка"),
    Field("isReturnCustomer", "boolean", "r", "Повторная сделка"),
    Field("isRepeatedApproach", "boolean", "r", "Повторное обращение"),
    Field("closed", "boolean", "r", "Закрыта"),
    Field("typeId", "crm_status", "w", "Тип"),
    Field("opportunity", "double", "w", "Сумма"),
    Field("isManualOpportunity", "boolean", "w", "Режим расчёта суммы вручную"),
    Field("taxValue", "double", "w", "Сумма налога"),
    Field("currencyId", "crm_currency", "w", "Валюта"),
    Field("probability", "integer", "w", "Вероятность"),
    Field("begindate", "date", "w", "Дата начала"),
    Field("closedate", "date", "w", "Предполагаемая дата закрытия"),
    Field("locationId", "location", "w", "Местоположение"),
    Field("mycompanyId", "crm_company", "w", "Реквизиты вашей компании"),
    Field("additionalInfo", "string", "w", "Дополнительная информация"),
    Field("orderStage", "string", "a"),
    Field("movedBy", "user", "r", "Кем сменена стадия"),
    Field("movedTime", "datetime", "r", "Когда сменена стадия"),
    Field("hasProducts", "boolean", "a"),
    Field("contactIds", "crm_contact", "w", "Контакты", is_multiple=True),
)
_LEAD = (
    Field("companyId", "crm_company", "w", "Компания"),
    Field("contactId", "crm_contact", "w", "Контакт"),
    Field("title", "string", "w", "Название"),
    Field("honorific", "crm_status", "w", "Обращение"),
    Field("name", "string", "w", "Имя"),
    Field("secondName", "string", "w", "Отчество"),
    Field("lastName", "string", "w", "Фамилия"),
    Field("birthdate", "date", "w", "Дата рождения"),
    Field("companyTitle", "string", "w", "Название компании"),
    Field("post", "string", "w", "Должность"),
    Field("stageId", "crm_status", "w", "Стадия", old_name="STATUS_ID"),
    Field("stageSemanticId", "string", "r", "Группа стадии", old_name="STATUS_SEMANTIC_ID"),
    Field("statusDescription", "text", "w", "Дополнительно о стадии"),
    Field("isReturnCustomer", "boolean", "r", "Повторный лид"),
    Field("opportunity", "double", "w", "Сумма"),
    Field("isManualOpportunity", "boolean", "w", "Режим расчёта суммы вручную"),
    Field("currencyId", "crm_currency", "w", "Валюта"),
    Field("movedBy", "user", "r", "Кем сменена стадия"),
    Field("movedTime", "datetime", "r", "Когда сменена стадия"),
    Field("contactIds", "crm_contact", "w", "Контакты", is_multiple=True),
)
_CONTACT = (
    Field("companyId", "crm_company", "w", "Компания"),
    Field("categoryId", "crm_category", "w", "Категория"),
    Field("honorific", "crm_status", "w", "Обращение"),
    Field("name", "string", "w", "Имя"),
    Field("secondName", "string", "w", "Отчество"),
    Field("lastName", "string", "w", "Фамилия"),
    Field("birthdate", "date", "w", "Дата рождения"),
    Field("typeId", "crm_status", "w", "Тип контакта"),
    Field("post", "string", "w", "Должность"),
    Field("address", "text", "a"),
    Field("export", "boolean", "w", "Участвует в экспорте"),
    Field("companyIds", "crm_company", "w", "Компании", is_multiple=True),
)
_COMPANY = (
    Field("title", "string", "w", "Название компании"),
    Field("categoryId", "crm_category", "w", "Категория"),
    Field("typeId", "crm_status", "w", "Тип компании"),
    Field("industry", "crm_status", "w", "Сфера деятельности"),
    Field("employees", "crm_status", "w", "Кол-во сотрудников"),
    Field("currencyId", "crm_currency", "w", "Валюта"),
    Field("revenue", "double", "w", "Годовой оборот"),
    Field("bankingDetails", "text", "w", "Банковские реквизиты"),
    Field("isMyCompany", "boolean", "c", "Моя компания"),
    Field("address", "text", "a"),
    Field("contactIds", "crm_contact", "w", "Контакты", is_multiple=True),
)

#: of an item of any smart process
SMART_FIELDS: Mapping[str, Field] = {
    one.name: one
    for one in (
        Field("id", "integer", "r", "ID"),
        Field("xmlId", "string", "w", "Внешний код"),
        Field("title", "string", "w", "Название"),
        Field("categoryId", "crm_category", "w", "Воронка"),
        *(one for one in _BEGIN if one.name not in ("id", "leadId")),
        Field("lastActivityBy", "user", "r", "Кто последний работал в таймлайне"),
        Field("lastActivityTime", "datetime", "r", "Последняя активность"),
    )
}

#: the fields that a setting of the smart process brings; goods and sums are not emulated
SMART_FIELDS_BY_FLAG: Mapping[str, tuple[Field, ...]] = {
    "isStagesEnabled": (
        Field("stageId", "crm_status", "w", "Стадия"),
        Field("previousStageId", "crm_status", "r", "Предыдущая стадия"),
        Field("movedBy", "user", "r", "Кем сменена стадия"),
        Field("movedTime", "datetime", "r", "Когда сменена стадия"),
    ),
    "isBeginCloseDatesEnabled": (
        Field("begindate", "date", "w", "Дата начала"),
        Field("closedate", "date", "w", "Дата завершения"),
    ),
    "isClientEnabled": (
        Field("companyId", "crm_company", "w", "Компания"),
        Field("contactId", "crm_contact", "w", "Контакт"),
        Field("contactIds", "crm_contact", "w", "Контакты", is_multiple=True),
    ),
    "isSourceEnabled": tuple(one for one in _END if one.name in ("sourceId", "sourceDescription")),
    "isObserversEnabled": tuple(one for one in _END if one.name == "observers"),
    "isMycompanyEnabled": tuple(one for one in _DEAL if one.name == "mycompanyId"),
}

FIELDS: Mapping[int, Mapping[str, Field]] = {
    LEAD: {one.name: one for one in (*_BEGIN, *_LEAD, *_COMMUNICATION, *_END) if one.name != "leadId"},
    DEAL: {one.name: one for one in (*_BEGIN, *_DEAL, *_END)},
    CONTACT: {one.name: one for one in (*_BEGIN, *_CONTACT, *_COMMUNICATION, *_END)},
    COMPANY: {one.name: one for one in (*_BEGIN, *_COMPANY, *_COMMUNICATION, *_END)},
}
BY_OLD_NAME: Mapping[int, Mapping[str, Field]] = {
    entity: {one.old: one for one in fields.values()} for entity, fields in FIELDS.items()
}

#: ``upperName`` → name: crm.item.* read both and answer the latter
BY_UPPER_NAME: Mapping[int, Mapping[str, str]] = {
    entity: {one.upper: one.name for one in fields.values()} for entity, fields in FIELDS.items()
}

BY_UPPER_NAME_SMART: Mapping[str, str] = {
    one.upper: one.name for some in (SMART_FIELDS.values(), *SMART_FIELDS_BY_FLAG.values()) for one in some
}

#: ENTITY_ID of the directory a crm_status field takes its values from; stages come from their pipeline
DIRECTORIES: Mapping[tuple[int, str], str] = {
    (DEAL, "typeId"): "DEAL_TYPE",
    (CONTACT, "typeId"): "CONTACT_TYPE",
    (COMPANY, "typeId"): "COMPANY_TYPE",
    (LEAD, "sourceId"): "SOURCE",
    (DEAL, "sourceId"): "SOURCE",
    (CONTACT, "sourceId"): "SOURCE",
    (COMPANY, "sourceId"): "SOURCE",
    (COMPANY, "industry"): "INDUSTRY",
    (COMPANY, "employees"): "EMPLOYEES",
    (LEAD, "honorific"): "HONORIFIC",
    (CONTACT, "honorific"): "HONORIFIC",
}


def directory_of(entity_type_id: int, name: str) -> str:
    """ENTITY_ID of the directory of a field; nothing for a field that has none or is a stage."""
    if entity_type_id not in FIELDS:
        return "SOURCE" if name == "sourceId" else ""
    return DIRECTORIES.get((entity_type_id, name), "")
