"""Pictures of goods: their bytes are kept in the archive and tied to the name under which goods speak of them."""

from collections.abc import Mapping

from django.db import transaction

from uzel.flows.catalog_book import lock_catalog, want
from uzel.hub.models import CatalogPicture, Feed, Node, NomenclatureRow


@transaction.atomic
def receive_pictures(node: Node, pictures: Mapping[str, Feed]) -> int:
    """Tie pictures to their names; goods that show one that is new or changed are due. How many were new or changed."""
    lock_catalog(node.portal_id)
    known = dict(CatalogPicture.objects.filter(node=node, name__in=list(pictures)).values_list("name", "feed_id"))
    fresh = [CatalogPicture(node=node, name=name, feed=feed) for name, feed in pictures.items() if known.get(name) != feed.pk]
    if fresh:
        CatalogPicture.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["node", "name"], update_fields=["feed"])
        names = [picture.name for picture in fresh]
        want(NomenclatureRow.objects.filter(node=node, wanted__gt=0, content__pictures__has_any_keys=names))
    return len(fresh)
