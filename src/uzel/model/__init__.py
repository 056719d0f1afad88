"""WHAT WE KNOW: frozen records of ours, standard library only.

Money is :class:`decimal.Decimal`, ids are strings and are never parsed, an INN keeps its leading zero.
"""

from uzel.model.counterparty import Counterparty, LegalDetails
from uzel.model.nomenclature import NomenclatureItem, Price, PriceType, Property, Section, Stock, Unit, Variant, Warehouse
from uzel.model.order import Order, OrderLine, Responsible
from uzel.model.problem import Problem
from uzel.model.verdict import Verdict

__all__ = [
    "Counterparty",
    "LegalDetails",
    "NomenclatureItem",
    "Order",
    "OrderLine",
    "Price",
    "PriceType",
    "Problem",
    "Property",
    "Responsible",
    "Section",
    "Stock",
    "Unit",
    "Variant",
    "Verdict",
    "Warehouse",
]
