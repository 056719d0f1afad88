"""What a person says of goods: this item of this base is that product. His word stands above articles and barcodes."""

from decimal import Decimal

from django.db import transaction

from uzel.flows.deals.tie_rows import decision, make_due
from uzel.hub.goods import goods_by_node
from uzel.hub.models import Node, NomenclatureMatch, NomenclatureRow, UnmatchedLine
from uzel.mapping.goods import Way, tie
from uzel.model import OrderLine


class UnknownProductError(LookupError):
    """No product of the catalogue can be meant by this Ид; the text is for the person who named it."""


@transaction.atomic
def match_item(node: Node, item_id: str, xml_id: str) -> int:
    """Tie goods to a product by hand. Returns how many orders' rows will be tied now."""
    product = NomenclatureRow.objects.filter(portal=node.portal_id, xml_id=xml_id, content__isnull=False).first()
    if product is None:
        raise UnknownProductError(f"В каталоге нет товара с Ид {xml_id}.")
    if NomenclatureRow.objects.filter(portal=node.portal_id, parent=xml_id, active=True).exists():
        raise UnknownProductError(f"У товара {xml_id} есть характеристики: укажите Ид одной из них (товар#характеристика).")
    if _has_product_of_its_own(node, item_id):
        raise UnknownProductError(f"Товар {item_id} есть в каталоге под этим же Ид: такая связь сильнее любой другой.")
    NomenclatureMatch.objects.update_or_create(
        node=node,
        item_id=item_id,
        defaults={"product": product, "way": Way.HAND, "said": "", "decision": decision(Way.HAND)},
    )
    lines = UnmatchedLine.objects.filter(order__node=node, item_id=item_id)
    return make_due(sorted(set(lines.values_list("order_id", flat=True))))


def _has_product_of_its_own(node: Node, item_id: str) -> bool:
    """Whether the goods are found by their very Ид, so that nothing said by hand would count."""
    assert node.portal is not None, "the product is one of the node's portal"
    line = OrderLine(item_id, "", Decimal(1), Decimal(0), Decimal(0))
    return tie(line, goods_by_node(node.portal, {node.pk: [line]})[node.pk]).way is Way.ID


def forget_match(node: Node, item_id: str) -> bool:
    """Take a match back; rows that are tied stay so, the next orders are looked at anew."""
    return NomenclatureMatch.objects.filter(node=node, item_id=item_id).delete()[0] > 0
