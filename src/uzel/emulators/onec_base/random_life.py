"""A day of the shop by dice: one random action at a time."""

import random
from decimal import Decimal

from uzel.emulators.onec_base.records import Order
from uzel.emulators.onec_base.shop import Shop
from uzel.emulators.onec_base.stock import COMMENTS, PROMO_CODES

# action: how many times out of a hundred
WEIGHTS: tuple[tuple[str, int], ...] = (
    ("comment", 15), ("lines", 20), ("status", 20), ("responsible", 8), ("promo", 7),
    ("pay", 12), ("ship", 10), ("cancel", 5), ("post", 2), ("mark_deleted", 1),
)  # fmt: skip
NAMES_RU: dict[str, str] = {
    "new": "новый заказ", "comment": "изменён комментарий", "lines": "изменены строки", "status": "изменён статус",
    "responsible": "сменён ответственный", "promo": "изменён промокод", "pay": "оплачен", "ship": "отгружен",
    "cancel": "отменён", "post": "проведён", "mark_deleted": "помечен на удаление",
}  # fmt: skip


def random_action(shop: Shop) -> tuple[str, Order] | None:
    """Do one random thing to a random living order; None when there is nothing to do it to."""
    living = sorted(key for key, order in shop.books.orders.items() if not (order.canceled or order.deletion_mark))
    if not living:
        return None
    rng, _ = shop.next_number()
    document_id = rng.choice(living)
    names, weights = zip(*WEIGHTS, strict=True)
    action = _possible(shop, shop.books.orders[document_id], rng.choices(names, weights)[0])
    return action, _act(shop, rng, action, document_id)


def _possible(shop: Shop, order: Order, action: str) -> str:
    """The action itself, or the posting of the order where it has no sense."""
    senseless = {
        "lines": order.has_documents,
        "status": not shop.settings.sends_status,
        "responsible": not shop.settings.employees,
        "promo": not shop.settings.additional_requisites,
        "pay": order.paid,
        "ship": order.shipped,
        "cancel": order.has_documents,
        "mark_deleted": order.has_documents,
    }
    return "post" if senseless.get(action) else action


def _act(shop: Shop, rng: random.Random, action: str, document_id: str) -> Order:
    match action:
        case "comment":
            return shop.edit(document_id, comment=rng.choice(COMMENTS[1:]) + f" ({rng.randrange(100)})")
        case "lines":
            return shop.edit(document_id, lines=shop.make_lines(rng))
        case "status":
            return shop.edit(document_id, status=rng.choice(shop.settings.statuses)[0])
        case "responsible":
            return shop.edit(document_id, responsible=rng.choice(shop.settings.employees))
        case "promo":
            spent = Decimal(rng.randrange(1, 500))
            return shop.edit(document_id, promo_code=rng.choice(PROMO_CODES[2:]), paid_by_bonus=spent)
        case "pay":
            return shop.pay(document_id, kind=rng.choice(("cash", "bank", "card")))
        case "ship":
            return shop.ship(document_id)
        case "cancel":
            return shop.cancel(document_id)
        case "mark_deleted":
            return shop.mark_deleted(document_id)
        case _:
            return shop.post(document_id)
