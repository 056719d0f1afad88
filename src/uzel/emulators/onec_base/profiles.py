"""The three clients as data: how each one talks, what it accepts and what it writes (onec-exchange 1.1, 1.2, 2)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_type_hints

from uzel.emulators.onec_base.records import Employee

# Names of the additional requisites. UNF sends them through «Настройки выгрузки доп. реквизитов заказов»;
# the other two clients need the integrator's extension for the same (onec-exchange 4.1, section 6).
PROMO_CODE = "Промокод"
BONUS_CARD_NUMBER = "Номер бонусной карты"
PAID_BY_BONUS = "Сумма оплаченная бонусами"
PERSONNEL_NUMBER = "Табельный номер ответственного"
RESPONSIBLE = "Ответственный"

ORDER_OPERATION = "Заказ товара"
DEFAULT_SCRIPT = "/bitrix/admin/1c_exchange.php"

# kind: (operation, that of a refund, «Метод оплаты ИД», «Метод оплаты») — the node's СоответствиеВидовОплат.
PAYMENT_KINDS: Mapping[str, tuple[str, str, str, str]] = {
    "cash": ("Выплата наличных денег", "Возврат наличных денег", "1", "Наличные"),
    "bank": ("Выплата безналичных денег", "Возврат безналичных денег", "2", "Безналичные"),
    "card": ("Эквайринговая операция", "Эквайринговая операция", "3", "Эквайринг"),  # ПризнакВозврата tells them apart
}

# Code of the site status and its name, in the order an order lives through them; the last one is «Завершен».
STATUSES: tuple[tuple[str, str], ...] = (
    ("N", "Принят"),
    ("W", "В работе"),
    ("P", "К отгрузке"),
    ("F", "Выполнен"),
)
EMPLOYEES: tuple[Employee, ...] = (
    Employee("0000-00001", "Соколова Анна Викторовна"),
    Employee("0000-00002", "Мельников Пётр Ильич"),
    Employee("0000-00003", "Гусева Ольга Сергеевна"),
    Employee("0000-00004", "Ёлкин Юрий Андреевич"),
)

# Query strings of every step. {sessid} is "&sessid=..." or nothing, {init}/{upload} come from the settings.
# {kind} is "sale" or "catalog", {timestamp} the fifth line of checkauth.
# UNF puts sessid before the mode in an upload, UT at the very end (onec-exchange 1.2).
_UNF_STEPS: Mapping[str, str] = {
    "checkauth": "type={kind}&mode=checkauth",
    "init": "type={kind}&mode=init{sessid}{init}",
    "query": "type={kind}&mode=query{sessid}",
    "success": "type={kind}&mode=success{sessid}",
    "upload_init": "type={kind}{sessid}{upload}&mode=init",
    "file": "type={kind}{sessid}{upload}&mode=file&filename={filename}",
    "import": "type={kind}{sessid}{upload}&mode=import&filename={filename}",
    "deactivate": "type={kind}&mode=deactivate{sessid}&{timestamp}",
    "complete": "type={kind}&mode=complete{sessid}&{timestamp}",
    "info": "type={kind}&mode=info{sessid}",
    "fetch_init": "type={kind}&mode=init{output}",
    "fetch": "type={kind}&mode=query{package}",
}
_TAIL_STEPS: Mapping[str, str] = {
    **_UNF_STEPS,
    "upload_init": "type={kind}&mode=init{sessid}{init}",
    "file": "type={kind}&mode=file&filename={filename}{sessid}",
    "import": "type={kind}&mode=import&filename={filename}{sessid}",
}
STEPS: Mapping[str, Mapping[str, str]] = {"unf": _UNF_STEPS, "ut": _TAIL_STEPS, "bitrix": _TAIL_STEPS}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every knob of an emulated base; the defaults of a profile stand in :data:`PROFILES`.

    Node form: ``protocol_bitrix`` (protocol «Битрикс»), ``subordinate_documents``, ``version`` (Bitrix's module only),
    ``schema`` (of an older release), ``use_session_id``, ``portion_size`` (orders in a file, 0 = all), ``repeats`` (of a
    failed upload), ``upload_from`` (ДатаНачалаВыгрузкиЗаказов), ``only_unposted``, ``update_counterparties``,
    ``currency_name``, ``statuses``.
    Habits of the client: the rest, down to ``encoding``. ``split_bytes`` cuts files whatever the server allows,
    ``send_cookies=False`` leaves the cookie out. ``fetch_in_packages``: asks for packages of the catalogue,
    ``says_package_zero``: names package 0 behind the classifier, too; neither is known of the real one. Extensions of an
    integrator, which a bare configuration lacks:
    ``additional_requisites`` (in UNF a setting), ``responsible_extension``, ``fill_site_number``.
    """

    profile: str
    protocol_bitrix: bool = True
    subordinate_documents: bool = False
    version: str = ""
    schema: str = ""
    use_session_id: bool = True
    init_before_query: bool = True
    init_lines: int = 0
    repeat_query: bool = False
    timeout_seconds: float = 1800.0
    import_pause_seconds: float = 5.0
    import_calls_limit: int = 10_000
    portion_size: int = 0
    repeats: int = 1
    split_bytes: int = 0
    fetch_in_packages: bool = False
    says_package_zero: bool = True
    encoding: str = "utf-8"
    bom: bool = True
    send_cookies: bool = True
    require_cp1251: bool = False
    skip_completed: bool = False
    only_unposted: bool = False
    upload_from: dt.date | None = None
    strict_operation: bool = True
    max_number_length: int = 0
    sends_status: bool = True
    contacts: bool = False
    additional_requisites: bool = True
    responsible_extension: bool = True
    update_counterparties: bool = True
    fill_site_number: bool = True
    site_prefix: str = ""
    number_prefix: str = "НФНФ"
    currency_name: str = "руб"
    short_hours: bool = False
    employees: tuple[Employee, ...] = EMPLOYEES
    statuses: tuple[tuple[str, str], ...] = STATUSES

    @property
    def is_container(self) -> bool:
        """Whether documents travel inside ``<Контейнер>`` (onec-exchange 2.1)."""
        return self.profile == "bitrix" and self.version == "3.1"

    @property
    def has_subordinates(self) -> bool:
        """Whether payments and shipments travel inside their order (UNF with «Подчинённые документы»)."""
        return self.profile == "unf" and self.subordinate_documents

    @property
    def namespace(self) -> str:
        """Namespace of the documents this client writes; old releases but for UNF's write none (onec-exchange 2)."""
        if self.is_container:
            return "urn:1C.ru:commerceml_3"
        if self.profile == "unf":
            return "urn:1C.ru:commerceml_205" if self.schema == "2.05" else "urn:1C.ru:commerceml_210"
        return "" if self.schema else "urn:1C.ru:commerceml_2"

    @property
    def schema_version(self) -> str:
        """Value of the attribute ВерсияСхемы; UNF writes 2.08 under the 2.10 namespace (onec-exchange 2)."""
        if self.schema:
            return self.schema
        if self.profile == "unf":
            return "2.10" if self.has_subordinates else "2.08"
        return self.version or "2.07"

    @property
    def imports(self) -> bool:
        """Whether mode=import follows the files: never for UT, UNF with subordinate documents, the module with a version."""
        return self.has_subordinates or (self.profile == "bitrix" and bool(self.version))

    def query_string(
        self, step: str, sessid: str = "", filename: str = "", *, kind: str = "sale", timestamp: str = "", package: str = ""
    ) -> str:
        """The query string of a step, parameters in this client's order."""
        version = f"&version={self.version}" if self.version else ""
        init = "&cmlVersion=2.10" if self.has_subordinates else version
        upload = "&version=2.09&cmlVersion=2.10" if self.has_subordinates else ""
        words = {
            "kind": kind, "sessid": sessid, "init": init, "upload": upload, "filename": filename, "timestamp": timestamp,
            "output": "&outputType=package" if self.fetch_in_packages else "",
            "package": f"&package={package}" if package else "",
        }  # fmt: skip
        return STEPS[self.profile][step].format(**words)

    def status_name(self, status: str) -> str:
        """Name of a status code, empty when the node's table does not know it."""
        return dict(self.statuses).get(status, "")


PROFILES: Mapping[str, Settings] = {
    "unf": Settings("unf", skip_completed=True, short_hours=True),
    "ut": Settings(
        "ut",
        use_session_id=False,
        init_before_query=False,
        init_lines=2,
        timeout_seconds=180.0,
        max_number_length=11,
        sends_status=False,
        number_prefix="УТУТ",
        currency_name="RUB",
    ),
    "bitrix": Settings(
        "bitrix",
        version="2.09",
        repeat_query=True,
        import_pause_seconds=1.0,
        require_cp1251=True,
        strict_operation=False,
        contacts=True,
        bom=False,
        number_prefix="БИТР",
        currency_name="RUB",
    ),
}

RELEASES: Mapping[str, Settings] = {
    "unf_16": replace(PROFILES["unf"], schema="2.05"),
    "unf_30": PROFILES["unf"],
    "unf_30_subordinate": replace(PROFILES["unf"], subordinate_documents=True),
    "ut_103": replace(PROFILES["ut"], schema="2.04"),
    "ut_11": PROFILES["ut"],
    "retail": replace(PROFILES["ut"], number_prefix="РТРТ"),
    "erp": replace(PROFILES["ut"], number_prefix="ЕРЕР"),
    "bitrix_205": replace(PROFILES["bitrix"], version="", schema="2.05"),
    "bitrix_208": replace(PROFILES["bitrix"], version="2.08"),
    "bitrix_209": PROFILES["bitrix"],
    "bitrix_31": replace(PROFILES["bitrix"], version="3.1"),
}


def make_settings(profile: str, options: Mapping[str, Any]) -> Settings:
    """Settings of a profile or of one of its releases, with some knobs turned; an unknown name is a ValueError."""
    known_profiles = {**PROFILES, **RELEASES}
    if profile not in known_profiles:
        raise ValueError(f"неизвестный профиль базы «{profile}», есть: {', '.join(known_profiles)}")
    known = {item.name for item in fields(Settings)} - {"profile"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise ValueError(f"неизвестные настройки базы: {', '.join(unknown)}")
    settings = replace(known_profiles[profile], **options)
    if settings.subordinate_documents and not (settings.profile == "unf" and settings.protocol_bitrix):
        raise ValueError("«Подчинённые документы» бывают только у УНФ с протоколом «Битрикс»")
    if settings.profile == "unf" and not settings.protocol_bitrix:
        # Protocols «UMI» and «прочие»: neither init before query nor sessid (onec-exchange 1.1).
        return replace(settings, init_before_query=False, use_session_id=False)
    return settings


_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parse_options(pairs: Iterable[str]) -> dict[str, Any]:
    """Knobs written as ``name=value`` on a command line; only those whose value is one word."""
    kinds = get_type_hints(Settings)
    found: dict[str, Any] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            found[name] = _parse_value(kinds.get(name), text)
        except (ValueError, KeyError):
            raise ValueError(f"настройка «{pair}» не понята") from None
    return found


def _parse_value(kind: Any, text: str) -> Any:
    if kind is bool:
        return _WORDS[text.lower()]
    if kind in (str, int, float):
        return kind(text)
    if kind == dt.date | None:
        return dt.date.fromisoformat(text)
    raise ValueError(text)
