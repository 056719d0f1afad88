"""What a person says of goods: this item of this base is that product. His word stands above articles and barcodes."""

from django.db import transaction

from uzel.flows.tie_rows import decision, make_due
from uzel.hub.models import Node, NomenclatureMatch, NomenclatureRow, UnmatchedLine
from uzel.mapping.goods import Way


class UnknownProductError(LookupError):
    """No product of the catalogue has this Ид; the text is for the person who named it."""


@transaction.atomic
def match_item(node: Node, item_id: str, xml_id: str) -> int:
    """Tie goods to a product by hand. Returns how many orders' rows will be tied now."""
    product = NomenclatureRow.objects.filter(portal=node.portal_id, xml_id=xml_id, content__isnull=False).first()
    if product is None:
        raise UnknownProductError(f"В каталоге нет товара с Ид {xml_id}.")
    if NomenclatureRow.objects.filter(portal=node.portal_id, parent=xml_id, active=True).exists():
        raise UnknownProductError(f"У товара {xml_id} есть характеристики: укажите Ид одной из них (товар#характеристика).")
    NomenclatureMatch.objects.update_or_create(
        node=node,
        item_id=item_id,
        defaults={"product": product, "way": Way.HAND, "said": "", "decision": decision(Way.HAND)},
    )
    lines = UnmatchedLine.objects.filter(order__node=node, item_id=item_id)
    return make_due(sorted(set(lines.values_list("order_id", flat=True))))


def forget_match(node: Node, item_id: str) -> bool:
    """Take a match back; rows that are tied stay so, the next orders are looked at anew."""
    return NomenclatureMatch.objects.filter(node=node, item_id=item_id).delete()[0] > 0
