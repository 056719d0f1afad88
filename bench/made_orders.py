"""Orders of the emulated base, each of a buyer of its own, and their way into the hub as packages."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from uzel.emulators.onec_base import Base, Counterparty
from uzel.emulators.onec_base.records import Order
from uzel.emulators.onec_base.write import write_orders


def make_base() -> Base:
    """A base of the module of Bitrix, which tells phones of buyers."""
    return Base("bitrix", "http://127.0.0.1/", "bench", "bench")


def make_orders(base: Base, count: int, first: int = 0) -> list[Order]:
    """New orders of as many new buyers, whose names and phones are like nobody else's."""
    return [base.shop.new_order(counterparty=_buyer(place)) for place in range(first, first + count)]


def receive(base: Base, orders: Sequence[Order]) -> None:
    """What a package with these orders leaves in the tables."""
    from django.utils import timezone

    from uzel.flows.files.receive_package import process_package
    from uzel.hub import feed_store
    from uzel.hub.models import Node, Package

    feed = feed_store.store([write_orders(list(orders), base.shop.books, base.settings, base.shop.clock())])
    node = Node.objects.get(code="bench")
    package = Package.objects.create(node=node, file_name="orders.xml", feed=feed, state=Package.State.WAITING)
    process_package(package.pk, timezone.now())


def due(portal_id: int) -> int:
    """Orders that the portal does not have as they are."""
    from django.db.models import F

    from uzel.hub.models import Delivery

    return Delivery.objects.filter(target="portal", wanted__gt=F("confirmed"), order__node__portal=portal_id).count()


def _buyer(place: int) -> Counterparty:
    rng = random.Random(f"buyer|{place}")
    name = f"Покупатель {_word(rng)} {_word(rng)}"
    return Counterparty(f"buyer-{place}", name, name, phone=f"+7916{place:07d}")


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("абвгдежзиклмнопрстуфхцчшэюя") for _ in range(9)).capitalize()


def origins(deals: Sequence[dict[str, Any]]) -> list[str]:
    """Keys of our orders among deals, one a deal."""
    return [str(deal["originId"]) for deal in deals if str(deal.get("originatorId") or "").startswith("uzel:")]


def doubled_phones(contacts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Phones that more than one contact has: each buyer has his own."""
    phones = Counter(str(one["value"]) for contact in contacts for one in contact["fm"] if one["typeId"] == "PHONE")
    return {phone: times for phone, times in phones.items() if times > 1}
