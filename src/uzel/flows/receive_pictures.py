"""Pictures of goods: their bytes are kept in the archive and tied to the name under which goods speak of them."""

from collections.abc import Mapping

from django.db import connection, transaction

from uzel.flows.catalog_book import lock_catalog, want
from uzel.hub.models import CatalogPicture, Feed, Node, NomenclatureRow

#: The operator ``?|`` compares every name with every picture: a minute and a half for 500,000 goods and 20,000 names.
SHOW_ANY = """SELECT id FROM hub_nomenclaturerow WHERE node_id = %s AND wanted > 0 AND EXISTS (
    SELECT FROM jsonb_array_elements_text(content -> 'pictures') AS picture(file) WHERE picture.file = ANY(%s)
)"""


@transaction.atomic
def receive_pictures(node: Node, pictures: Mapping[str, Feed]) -> int:
    """Tie pictures to their names; goods that show one that is new or changed are due. How many were new or changed."""
    lock_catalog(node.portal_id)
    known = dict(CatalogPicture.objects.filter(node=node, name__in=list(pictures)).values_list("name", "feed_id"))
    fresh = [CatalogPicture(node=node, name=name, feed=feed) for name, feed in pictures.items() if known.get(name) != feed.pk]
    if fresh:
        CatalogPicture.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["node", "name"], update_fields=["feed"])
        want(NomenclatureRow.objects.filter(pk__in=_goods_that_show(node, [picture.name for picture in fresh])))
    return len(fresh)


def _goods_that_show(node: Node, names: list[str]) -> list[int]:
    """Rows of the node that speak of one of these pictures."""
    with connection.cursor() as cursor:
        cursor.execute(SHOW_ANY, [node.pk, names])
        return [key for (key,) in cursor.fetchall()]
