"""What a new portal has in it: people, the default pipeline, directories, templates of requisites."""

import random
from dataclasses import replace
from datetime import datetime

from uzel.emulators.bitrix24_portal.catalog.seed import fill as fill_catalog
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.records import DEAL, Category, Status, User
from uzel.emulators.bitrix24_portal.store import LEAD_STAGES, Store, stage_directory, stage_prefix

EXCHANGE_USER_ID = 1

#: the same people work in the emulated 1C bases: last, first and middle name
MANAGERS = (
    ("Соколова", "Анна", "Викторовна"),
    ("Мельников", "Пётр", "Ильич"),
    ("Гусева", "Ольга", "Сергеевна"),
    ("Ёлкин", "Юрий", "Андреевич"),
)

#: STATUS_ID, name, color, semantics, system — the stages of a new pipeline (bitrix24-rest C3)
STAGES = (
    ("NEW", "Новая", "#39A8EF", "", True),
    ("PREPARATION", "Подготовка документов", "#2FC6F6", "", False),
    ("PREPAYMENT_INVOICE", "Счёт на предоплату", "#55D0E0", "", False),
    ("EXECUTING", "В работе", "#47E4C2", "", False),
    ("FINAL_INVOICE", "Финальный счёт", "#FFA900", "", False),
    ("WON", "Сделка успешна", "#7BD500", "S", True),
    ("LOSE", "Сделка провалена", "#FF5752", "F", True),
    ("APOLOGY", "Анализ причины провала", "#FF5752", "F", False),
)
#: the same of a pipeline of a smart process
SMART_STAGES = (
    ("NEW", "Начало", "#22B9FF", "", True),
    ("PREPARATION", "Подготовка", "#88B9FF", "", False),
    ("CLIENT", "Согласование", "#10E5FC", "", False),
    ("SUCCESS", "Успех", "#00FF00", "S", True),
    ("FAIL", "Провал", "#FF0000", "F", True),
)
#: of leads, which have no pipelines
LEAD_STATUSES = (
    ("NEW", "Не обработан", "#39A8EF", "", True),
    ("IN_PROCESS", "В работе", "#2FC6F6", "", False),
    ("PROCESSED", "Обработан", "#55D0E0", "", False),
    ("CONVERTED", "Качественный лид", "#7BD500", "S", True),
    ("JUNK", "Некачественный лид", "#FF5752", "F", True),
)
DIRECTORIES = {
    "DEAL_TYPE": (("SALE", "Продажа"), ("COMPLEX", "Комплексная продажа"), ("GOODS", "Продажа товара"), ("SERVICES", "Услуги")),
    "CONTACT_TYPE": (("CLIENT", "Клиенты"), ("SUPPLIER", "Поставщики"), ("PARTNER", "Партнёры"), ("OTHER", "Другое")),
    "COMPANY_TYPE": (("CUSTOMER", "Клиент"), ("SUPPLIER", "Поставщик"), ("PARTNER", "Партнёр"), ("OTHER", "Другое")),
    "SOURCE": (
        ("CALL", "Звонок"),
        ("EMAIL", "Электронная почта"),
        ("WEB", "Веб-сайт"),
        ("STORE", "Магазин"),
        ("OTHER", "Другое"),
    ),
    "INDUSTRY": (("IT", "Информационные технологии"), ("TRADE", "Торговля"), ("OTHER", "Другое")),
    "EMPLOYEES": (("EMPLOYEES_1", "менее 50"), ("EMPLOYEES_2", "50–250")),
    "HONORIFIC": (("HNR_RU_1", "г-н"), ("HNR_RU_2", "г-жа")),
}
#: id, name, XML_ID
PRESETS = (
    (1, "Организация", "#CRM_REQUISITE_PRESET_DEF_RU_COMPANY#"),
    (2, "ИП", "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#"),
    (3, "Физ. лицо", "#CRM_REQUISITE_PRESET_DEF_RU_PERSON#"),
)


def fill(store: Store, options: Options, now: datetime) -> None:
    """Make a new portal."""
    rng = random.Random(options.seed)
    _people(store, options, rng)
    add_pipeline(store, Category(0, "Общая", 300, is_default=True))
    for entity_id, entries in DIRECTORIES.items():
        for number, (status_id, name) in enumerate(entries, 1):
            store_status(store, Status(0, entity_id, status_id, name, number * 10))
    for number, (status_id, name, color, semantics, is_system) in enumerate(LEAD_STATUSES, 1):
        store_status(
            store,
            Status(
                0, LEAD_STAGES, status_id, name, number * 10, is_system, color, semantics, name if is_system else "",
            ),
        )  # fmt: skip
    for preset_id, name, xml_id in PRESETS:
        store.presets[preset_id] = {
            "ID": str(preset_id), "ENTITY_TYPE_ID": "8", "COUNTRY_ID": "1", "NAME": name, "XML_ID": xml_id,
            "ACTIVE": "Y", "SORT": "500",
        }  # fmt: skip
    fill_catalog(store.catalog, now)
    store.skip_ids("userfield", 100)
    store.skip_ids("enum", 40)


def _people(store: Store, options: Options, rng: random.Random) -> None:
    exchange = User(
        EXCHANGE_USER_ID, "Узел", "Обмен", "", "exchange@portal.example", "Обмен с 1С",
        is_admin=options.exchange_user_is_admin, is_crm_admin=options.exchange_user_is_crm_admin,
        rights=options.exchange_user_rights, secret=_secret(rng),
    )  # fmt: skip
    store.users[exchange.id] = exchange
    for number, (last, first, middle) in enumerate(MANAGERS, EXCHANGE_USER_ID + 1):
        store.users[number] = User(
            number, first, last, middle, f"manager{number}@portal.example", "Менеджер",
            rights=options.manager_rights, secret=_secret(rng),
        )  # fmt: skip
    store.skip_ids("user", len(store.users))


def _secret(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=16))


def add_pipeline(store: Store, category: Category) -> None:
    """Store a pipeline with the stages each new pipeline has."""
    store.put_category(category)
    directory, prefix = (name(category.id, category.entity_type_id) for name in (stage_directory, stage_prefix))
    stages = STAGES if category.entity_type_id == DEAL else SMART_STAGES
    for number, (status_id, name, color, semantics, is_system) in enumerate(stages, 1):
        store_status(
            store,
            Status(
                0, directory, prefix + status_id, name, number * 10,
                is_system, color, semantics, name if is_system else "", category.id,
            ),
        )  # fmt: skip


def store_status(store: Store, status: Status) -> Status:
    """Give an entry its id and store it."""
    stored = replace(status, id=store.next_id("status"))
    store.statuses[stored.id] = stored
    return stored
