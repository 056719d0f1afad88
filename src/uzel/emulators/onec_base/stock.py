"""What the little shop sells, to whom, and the words its orders are made of: plain data."""

from decimal import Decimal

from uzel.emulators.onec_base.records import Counterparty, Item, Variant

DELIVERY_ID = "ORDER_DELIVERY"

MUG_COLOURS = (
    Variant("b3a7d0a2-54f1-4d0b-8a68-6f0f7a3c2001", "белая"),
    Variant("b3a7d0a2-54f1-4d0b-8a68-6f0f7a3c2002", "синяя"),
)
CLOTH_SIZES = (
    Variant("b3a7d0a2-54f1-4d0b-8a68-6f0f7a3c2003", "140×180"),
    Variant("b3a7d0a2-54f1-4d0b-8a68-6f0f7a3c2004", "150×220"),
)
# Codes with a trailing space are real: onec-exchange pitfall 8.
ITEMS: tuple[Item, ...] = (
    Item("5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1001", "Чайник электрический «Волна» 1,7 л", Decimal("2490.00"), article="ЧЭ-17"),
    Item(
        "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1002", "Кружка фарфоровая 350 мл", Decimal("390.50"), Decimal(20), "796 ",
        article="КФ-350", variants=MUG_COLOURS,
    ),
    Item(
        "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1003", "Чай «Ассам» листовой", Decimal("1240.00"), Decimal(10), "166", "кг",
        article="ЧА-01",
    ),
    Item(
        "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1004", "Скатерть льняная & салфетки <набор>", Decimal("3150.00"), article="СЛ-6",
        variants=CLOTH_SIZES,
    ),
    Item(
        "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1005", "Лента упаковочная", Decimal("18.75"), Decimal(20), "006", "м", article="ЛУ-25"
    ),
    Item("5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1006", "Книга «Тысяча чаёв»", Decimal("870.00"), Decimal(10), article="К-1000"),
    Item("5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1007", "Сервиз ручной работы (самозанятый)", Decimal("12300.00"), None),
    Item("5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1008", "Подарочная карта", Decimal("1000.00"), Decimal(0), article="ПК-1000"),
)  # fmt: skip
DELIVERY = Item(DELIVERY_ID, "Доставка заказа", Decimal("350.00"), Decimal(20), "796", "шт", is_service=True)
CUSTOMERS: tuple[Counterparty, ...] = (
    Counterparty("", "Иванова Мария", "Иванова Мария Петровна", phone="+79161234501", email="ivanova@example.com"),
    Counterparty("", "Смирнов Олег", "Смирнов Олег Юрьевич", phone="+79161234502", email="smirnov@example.com"),
    Counterparty("", "Ким Алла", "Ким Алла Романовна", phone="+79161234503"),
    Counterparty("", "Ёжиков Лев", "Ёжиков Лев Саввич", inn="500100732259", email="ezhikov@example.com"),
    Counterparty(
        "", "Ромашка", "ООО «Ромашка»", True, "7701234567", "770101001", "12345678", "+74951234504", "info@romashka.example"
    ),
    Counterparty("", "Северный чай", "АО «Северный чай»", True, "7801234560", "780101001", "", "+78121234505"),
    Counterparty("", "ИП Лунёв", "ИП Лунёв Степан Ильич", True, "772345678901", "", "", "", "lunev@example.com"),
)
COMMENTS: tuple[str, ...] = (
    "",
    "Позвонить за час до доставки",
    "Домофон не работает; код 12#45",
    "Упаковать в подарок, чек не вкладывать",
    "Самовывоз после 18:00",
)
PROMO_CODES: tuple[str, ...] = ("", "", "ВЕСНА10", "TEA-2024", "НОВОСЕЛ")
