"""Names of CommerceML 2 elements, attributes and fixed words: the only place in the package that spells them.

Names and enumerations: onec-exchange 3.2 and the official XSD of 2.08, 2.09 and 2.10.
"""

from typing import Final

# The package
ROOT: Final = "КоммерческаяИнформация"
SCHEMA_VERSION: Final = "ВерсияСхемы"
FORMED_AT: Final = "ДатаФормирования"
PACKAGE: Final = "ПараметрПакета"
CONTAINER: Final = "Контейнер"
DOCUMENT: Final = "Документ"
CLASSIFIER: Final = "Классификатор"
CATALOG: Final = "Каталог"
ONLY_CHANGES: Final = "СодержитТолькоИзменения"
OFFER_PACKAGES: Final = ("ПакетПредложений", "ИзмененияПакетаПредложений")
CATALOG_PARTS: Final = (CLASSIFIER, CATALOG, *OFFER_PACKAGES)

REFERENCES: Final = "ПользовательскиеСправочники"
REFERENCE: Final = "Справочник"  # also the root of the answer to mode=info
REFERENCE_REQUISITES: Final = "Реквизиты"
REFERENCE_REQUISITE: Final = "Реквизит"
REFERENCE_ELEMENTS: Final = "ЭлементыСправочника"
REFERENCE_ELEMENT: Final = "ЭлементСправочника"

# A document
ID: Final = "Ид"
NUMBER: Final = "Номер"
DATE: Final = "Дата"
TIME: Final = "Время"
OPERATION: Final = "ХозОперация"
ROLE: Final = "Роль"
CURRENCY: Final = "Валюта"
RATE: Final = "Курс"
SUM: Final = "Сумма"
COMMENT: Final = "Комментарий"
BASIS: Final = "Основание"
VERSION_NUMBER: Final = "НомерВерсии"
NUMBER_IN_NODE: Final = "Номер1С"
DATE_IN_NODE: Final = "Дата1С"
SUBORDINATES: Final = "ПодчиненныеДокументы"
SUBORDINATE: Final = "ПодчиненныйДокумент"
#: Requisites that some producers write as elements of the document itself
FLAGS: Final = ("ПометкаУдаления", "Проведен", "Отменен")

# Requisites
REQUISITES: Final = "ЗначенияРеквизитов"
REQUISITE: Final = "ЗначениеРеквизита"
NAME: Final = "Наименование"
VALUE: Final = "Значение"

# Counterparties
COUNTERPARTIES: Final = "Контрагенты"
COUNTERPARTY: Final = "Контрагент"
OFFICIAL_NAME: Final = "ОфициальноеНаименование"
FULL_NAME: Final = "ПолноеНаименование"
LAST_NAME: Final = "Фамилия"
FIRST_NAME: Final = "Имя"
MIDDLE_NAME: Final = "Отчество"
INN: Final = "ИНН"
KPP: Final = "КПП"
OKPO: Final = "ОКПО"
LEGAL_ADDRESS: Final = "ЮридическийАдрес"
ADDRESS: Final = "Адрес"
REGISTRATION_ADDRESS: Final = "АдресРегистрации"
PRESENTATION: Final = "Представление"
ADDRESS_FIELD: Final = "АдресноеПоле"
CONTACTS: Final = "Контакты"
CONTACT: Final = "Контакт"
CONTACT_TYPES: Final = ("Тип", "КонтактВид")
TYPE: Final = "Тип"
REPRESENTATIVES: Final = "Представители"

# Lines of goods
GOODS: Final = "Товары"
ITEM: Final = "Товар"
STATUS: Final = "Статус"
ARTICLE: Final = "Артикул"
BARCODE: Final = "Штрихкод"
BARCODE_OF_OTHERS: Final = "ШтрихКод"
BASE_UNIT: Final = "БазоваяЕдиница"
UNIT: Final = "Единица"
CODE: Final = "Код"
UNIT_SHORT_NAME: Final = "НаименованиеКраткое"
PRICE: Final = "ЦенаЗаЕдиницу"
QUANTITY: Final = "Количество"
DISCOUNTS: Final = "Скидки"
DISCOUNT: Final = "Скидка"
PERCENT: Final = "Процент"
IN_TOTAL: Final = "УчтеноВСумме"
TAX_RATES: Final = "СтавкиНалогов"
TAX_RATE: Final = "СтавкаНалога"
TAXES: Final = "Налоги"
TAX: Final = "Налог"
TAX_PERCENT: Final = "Ставка"

# The catalogue
SECTIONS: Final = "Группы"
SECTION: Final = "Группа"
PROPERTIES: Final = "Свойства"
PROPERTY: Final = "Свойство"
PRICE_TYPES: Final = "ТипыЦен"
PRICE_TYPE: Final = "ТипЦены"
WAREHOUSES: Final = "Склады"
WAREHOUSE: Final = "Склад"
UNITS: Final = "ЕдиницыИзмерения"
MEASURE: Final = "ЕдиницаИзмерения"
OFFERS: Final = "Предложения"
OFFER: Final = "Предложение"
DELETION_MARK: Final = "ПометкаУдаления"
DESCRIPTION: Final = "Описание"
PICTURE: Final = "Картинка"
WEIGHT: Final = "Вес"
FULL_NAME_REQUISITE: Final = "Полное наименование"
TRAITS: Final = "ХарактеристикиТовара"
TRAIT: Final = "ХарактеристикаТовара"
PRICES: Final = "Цены"
PRICE_OF_TYPE: Final = "Цена"
PRICE_TYPE_ID: Final = "ИдТипаЦены"
CLASSIFIER_ID: Final = "ИдКлассификатора"
CATALOG_ID: Final = "ИдКаталога"
RATIO: Final = "Коэффициент"
MINIMUM: Final = "МинКоличество"
STOCKS: Final = "Остатки"
STOCK: Final = "Остаток"
WAREHOUSE_ID: Final = "ИдСклада"
STOCK_IN_WAREHOUSE: Final = "КоличествоНаСкладе"
TRUE: Final = ("true", "1", "да")
FALSE: Final = ("false", "0", "нет")

# Fixed words
SELLER: Final = "Продавец"
BUYER: Final = "Покупатель"
ROLES: Final = ("Продавец", "Покупатель", "Плательщик", "Получатель", "Комитент", "Комиссионер")
#: Every ХозОперация that the XSD knows; documents of some of them have a module of their own in ``documents/``
OPERATIONS: Final = (
    "Заказ товара",
    "Счет на оплату",
    "Отпуск товара",
    "Счет-фактура",
    "Возврат товара",
    "Передача товара на комиссию",
    "Возврат комиссионного товара",
    "Отчет о продажах комиссионного товара",
    "Выплата наличных денег",
    "Возврат наличных денег",
    "Выплата безналичных денег",
    "Возврат безналичных денег",
    "Переоценка товаров",
    "Прочие",
    "Эквайринговая операция",
)
ORDER_OPERATIONS: Final = ("Заказ товара",)
PAYMENT_OPERATIONS: Final = (
    "Выплата наличных денег",
    "Выплата безналичных денег",
    "Эквайринговая операция",
    "Возврат наличных денег",
    "Возврат безналичных денег",
)
SHIPMENT_OPERATIONS: Final = ("Отпуск товара", "Возврат товара")
DELETED: Final = "Удален"
DELIVERY_ID: Final = "ORDER_DELIVERY"
NATURE_REQUISITES: Final = ("ВидНоменклатуры", "ТипНоменклатуры")
GOODS_NATURE: Final = "Товар"
SERVICE_NATURE: Final = "Услуга"
VAT: Final = "НДС"
WITHOUT_VAT: Final = "Без НДС"
DISCOUNT_NAME: Final = "Скидка"
PHONE_CONTACT: Final = "Телефон рабочий"
EMAIL_CONTACT: Final = "Почта"

# The answer to mode=info (onec-exchange 2.3); the first letter of STATUSES is Latin, as Bitrix writes it
STATUSES: Final = "C" + "татусы"
PAYMENT_SYSTEMS: Final = "ПлатежныеСистемы"
DELIVERY_SERVICES: Final = "СлужбыДоставки"
ELEMENT: Final = "Элемент"
TITLE: Final = "Название"
PAYMENT_KIND: Final = "ТипОплаты"
PAYMENT_KINDS: Final = ("Безналичная оплата", "Эквайринговая оплата", "Наличная оплата")
