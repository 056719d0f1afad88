"""The rows that every node's table of requisites begins with: names, directions and formats of onec-exchange 3.1, 3.3, 4.1.

:data:`STANDARD` are fields of an order. :data:`READY` are fields of the deal: those that nearly every shop wants are on,
the others wait to be switched on. All are data of the program, and a node keeps only what it has otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

IN, OUT, BOTH, OFF, ON = "in", "out", "both", "off", "on"
#: What people call the directions.
DIRECTIONS: Mapping[str, str] = {IN: "из 1С", OUT: "в 1С", BOTH: "в обе стороны", OFF: "не участвует"}


@dataclass(frozen=True, slots=True)
class RequisiteRow:
    """A field of the order (dotted) or of the deal, the names that carry it (the first is written), direction and converter.

    ``ready``: of a ready row, the direction it takes when it is switched on.
    """

    field: str
    names: tuple[str, ...]
    direction: str
    converter: str = "text"
    ready: str = ""


STANDARD: tuple[RequisiteRow, ...] = (
    RequisiteRow("number_in_node", ("Номер по 1С",), IN),
    RequisiteRow("date_in_node", ("Дата по 1С",), IN, "moment"),
    RequisiteRow("deletion_mark", ("ПометкаУдаления",), IN, "flag"),
    RequisiteRow("posted", ("Проведен",), IN, "flag"),
    RequisiteRow("paid", ("Оплачен", "Заказ оплачен"), IN, "flag"),
    RequisiteRow("paid_at", ("Дата оплаты по 1С",), IN),
    RequisiteRow("shipped", ("Отгружен",), IN, "flag"),
    RequisiteRow("shipped_at", ("Дата отгрузки по 1С",), IN),
    RequisiteRow("canceled", ("Отменен",), BOTH, "flag"),
    RequisiteRow("status_id", ("Статуса заказа ИД",), BOTH),
    RequisiteRow("status_name", ("Статус заказа",), BOTH),
    RequisiteRow("comment", ("Комментарий",), OUT),
    RequisiteRow("promo_code", ("Промокод",), BOTH),
    RequisiteRow("bonus_card_number", ("Номер бонусной карты",), BOTH),
    RequisiteRow("paid_by_bonus", ("Сумма оплаченная бонусами",), BOTH, "money"),
    RequisiteRow("responsible.personnel_number", ("Табельный номер ответственного",), BOTH),
    RequisiteRow("responsible.full_name", ("Ответственный",), BOTH),
)


def _on(field: str, name: str, direction: str) -> RequisiteRow:
    return RequisiteRow(f"UF_CRM_1C_{field}", (name,), direction, ready=direction)


def _waits(field: str, names: str, direction: str, converter: str = "text") -> RequisiteRow:
    return RequisiteRow(f"UF_CRM_1C_{field}", tuple(names.split("|")), OFF, converter, direction)


#: What 1C chooses by a code of its own, or alone can know, comes from 1C; what people write goes both ways.
READY: tuple[RequisiteRow, ...] = (
    _on("ADDRESS", "Адрес доставки", BOTH),
    _on("SHIP_WAY", "Метод доставки", IN),
    _on("SHIP_KIND", "Способ доставки", IN),
    _on("BUYER_NOTE", "Комментарии покупателя", BOTH),
    _on("STORE", "Склад", IN),
    _waits("SHIP_ID", "Метод доставки ИД", IN),
    _waits("SHIP_SUM", "Стоимость доставки", IN, "money"),
    _waits("SHIP_VAT", "Ставка НДС доставки", IN),
    _waits("SHIP_NOTE", "Комментарий доставки", BOTH),
    _waits("PARCEL", "Идентификатор отправления", IN),
    _waits("TRACK", "Трек-номер", BOTH),
    _waits("RECEIVER", "Получатель", BOTH),
    _waits("PHONE", "Контактный телефон", BOTH),
    _waits("PHONE_2", "Запасной телефон", BOTH),
    _waits("MAIL", "Почта получателя", BOTH),
    _waits("PICKUP", "Пункт выдачи заказа", BOTH),
    _waits("SHIP_NO", "Номер отгрузки по 1С|Номер документа отгрузки", IN),
    _waits("PAY_WAY", "Метод оплаты", IN),
    _waits("PAY_ID", "Метод оплаты ИД", IN),
    _waits("PAY_NO", "Номер оплаты по 1С", IN),
    _waits("PAY_DOC", "Номер платежного документа", IN),
    _waits("RECEIPT", "Номер чека", IN),
    _waits("KIND", "Вид заказа", IN),
    _waits("PRICES", "Вид цен", IN),
    _waits("FIRM", "Организация", IN),
    _waits("UNIT", "Подразделение", IN),
    _waits("CONTRACT", "Договор контрагента", IN),
    _waits("WHY", "Причина отмены", IN),
)
READY_NAMES = frozenset(name for row in READY for name in row.names)
