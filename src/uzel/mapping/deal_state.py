"""What a deal shows of an order: the portal's half of ``mapping.deal_order``, one attribute a field of the deal."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DealRow:
    """A product row. ``price`` is the unit price with discount and tax, ``discount`` the money taken off a unit (bitrix24-rest C4)."""

    name: str
    price: Decimal
    quantity: Decimal
    discount: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    vat_included: bool = True
    measure_code: str = "796"
    product_id: int = 0


@dataclass(frozen=True, slots=True)
class DealState:
    """The part of a deal that speaks of an order. Moments and dates are texts as the portal shows them."""

    stage_id: str = ""
    currency: str = "RUB"
    opportunity: Decimal = Decimal(0)
    assigned_by_id: int = 0
    comments: str = ""
    number: str = ""
    number_in_node: str = ""
    date_in_node: str = ""
    posted: bool = False
    paid: bool = False
    shipped: bool = False
    promo_code: str = ""
    bonus_card_number: str = ""
    paid_by_bonus: Decimal = Decimal(0)
    rows: tuple[DealRow, ...] = ()
