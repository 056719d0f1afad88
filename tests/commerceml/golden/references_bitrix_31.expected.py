from uzel.commerceml.references import ReferenceElement, ReferenceEnd

ELEMENTS = (
    ReferenceElement("Промокоды", "e-summer", "AAAAAQAAAAE=", values={"Промокод": "ЛЕТО", "Скидка": "10"}),
    ReferenceElement("Промокоды", "e-winter", "AAAAAQAAAAI=", deleted=True, values={"Промокод": "ЗИМА"}),
    ReferenceEnd("Промокоды"),
    ReferenceElement("Бренды", "e-leaf", values={"Наименование": "ELEAF", "Код": ""}),
    ReferenceEnd("Бренды"),
)
