from uzel.commerceml.references import ReferenceElement

ELEMENTS = (
    ReferenceElement("Промокоды", "e-summer", values={"Промокод": "ЛЕТО", "Скидка": "10"}),
    ReferenceElement("Промокоды", "e-winter", deleted=True, values={"Промокод": "ЗИМА"}),
    ReferenceElement("Бренды", "e-leaf", values={"Наименование": "ELEAF", "Код": ""}),
)
