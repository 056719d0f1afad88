"""Which pictures products should show, by what their bases sent, and which of them the portal lacks."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from uzel.hub.models import CatalogPicture, Feed, NomenclatureRow, Portal, ProductPictures
from uzel.mapping.product_pictures import file_name

PICTURES_LIMIT = 20  # of one product; the others stay in the hub

Wanted = dict[str, Feed]  # name in the portal → bytes, in order


def pictures_waiting(portal: Portal) -> QuerySet[ProductPictures]:
    """Products whose pictures the portal does not show as they are; a base that is no source any more changes nothing."""
    source = Q(product__node__catalog_source=True, product__node__active=True)
    there = Q(product__portal=portal, product__entity_id__isnull=False)
    return ProductPictures.objects.filter(source & there, due_since__isnull=False, problem_code="")


def take_pictures(due: QuerySet[ProductPictures], limit: int) -> list[ProductPictures]:
    """The longest waiting first."""
    return list(due.select_related("product").order_by("due_since", "pk")[:limit])


def wanted_pictures(rows: Sequence[NomenclatureRow]) -> dict[int, Wanted]:
    """By the row's key: what has come of the pictures that a row speaks of."""
    named = {row.pk: list(dict.fromkeys((row.content or {}).get("pictures") or ())) for row in rows}
    names = {name for own in named.values() for name in own}
    nodes = {row.node_id for row in rows}
    taken = CatalogPicture.objects.filter(node__in=nodes, name__in=names, problem="")
    found = taken.select_related("feed") if names else ()
    feeds = {(picture.node_id, picture.name): picture.feed for picture in found}
    return {
        row.pk: {
            file_name(name, feed.sha256): feed
            for name in named[row.pk][:PICTURES_LIMIT]
            if (feed := feeds.get((row.node_id, name))) is not None
        }
        for row in rows
    }


def note_pictures(rows: Sequence[NomenclatureRow], now: dt.datetime) -> None:
    """Products that were just written: those whose pictures the portal does not show as they are become due."""
    known = {one.product_id: one for one in ProductPictures.objects.filter(product__in=rows)}
    wanted = wanted_pictures(rows)
    for row in rows:
        names, one = list(wanted[row.pk]), known.get(row.pk)
        if names == (one.shown if one and one.shown_on == row.entity_id else []):
            continue
        fresh = {"due_since": now, "attempts": 0, "retry_at": None, "problem_code": "", "problem": ""}
        ProductPictures.objects.update_or_create(product=row, defaults=fresh)
