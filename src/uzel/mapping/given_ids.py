"""What a base that fetches the catalogue calls each of its products: so that nothing it knows is doubled. Pure.

Its own Ид, where its match table ties goods of its own to the product or to a variant of it; else the Ид of the source. A
product is left out where the base calls something else so: it would overwrite other goods.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from uzel.commerceml.catalog.common import item_of


@dataclass(frozen=True, slots=True)
class OwnId:
    """A row of the base's match table, the latest last. ``xml_id``: the product in the catalogue."""

    item_id: str
    xml_id: str
    by_hand: bool = False


def given_ids(asked: Iterable[str], matches: Iterable[OwnId]) -> dict[str, str]:
    """Ид for the base by Ид in the catalogue; without those that are left out.

    ``matches``: of the products asked for, of their items and variants, and of everything that the base calls as they are
    called in the catalogue or here.
    """
    ranked = sorted(matches, key=lambda one: one.by_hand)
    direct = {one.xml_id: one.item_id for one in ranked}
    items = {item_of(one.xml_id): item_of(one.item_id) for one in ranked if item_of(one.xml_id) and item_of(one.item_id)}
    owners = {one.item_id: one.xml_id for one in ranked}

    def free(item_id: str, xml_id: str) -> str:
        return item_id if owners.get(item_id, xml_id) == xml_id else ""

    def named(xml_id: str) -> str:
        item = item_of(xml_id)
        if xml_id in direct:
            return direct[xml_id]
        if not item:
            return free(items.get(xml_id, xml_id), xml_id)
        own = named(item)
        return free(own + xml_id[len(item) :], xml_id) if own else ""

    found = {xml_id: named(xml_id) for xml_id in asked}
    return {xml_id: item_id for xml_id, item_id in found.items() if item_id}
