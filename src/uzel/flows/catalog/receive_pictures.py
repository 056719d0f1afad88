"""Pictures of goods: their bytes are kept in the archive and tied to the name under which goods speak of them.

They come in a zip, all at once, or each by itself, a large one in pieces that nobody numbers.
"""

from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from uzel.commerceml.catalog.common import picture_name
from uzel.exchange.zips import PICTURE_BYTES
from uzel.flows.catalog.catalog_book import lock_catalog, want
from uzel.hub import feed_store
from uzel.hub.models import CatalogPicture, Feed, Node, NomenclatureRow

#: The operator ``?|`` compares every name with every picture: a minute and a half for 500,000 goods and 20,000 names.
SHOW_ANY = """SELECT id FROM hub_nomenclaturerow WHERE node_id = %s AND wanted > 0 AND EXISTS (
    SELECT FROM jsonb_array_elements_text(content -> 'pictures') AS picture(file) WHERE picture.file = ANY(%s)
)"""


NAME_CHARACTERS = 255
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")  # a piece that has none goes on with a picture


@transaction.atomic
def receive_picture(node: Node, file_name: str, piece: Feed, head: bytes) -> str:
    """Keep a picture that came by itself, or the next piece of it; says in Russian why it is not kept, if so."""
    name = picture_name(file_name)[:NAME_CHARACTERS]
    lock_catalog(node.portal_id)
    known = CatalogPicture.objects.select_related("feed").filter(node=node, name=name).first()
    feed = piece if known is None or head.startswith(BEGINNINGS) else _grown(known, piece)
    if feed is None or feed.size > PICTURE_BYTES:
        problem = too_large_by(PICTURE_BYTES)
        CatalogPicture.objects.update_or_create(node=node, name=name, defaults={"feed": piece, "problem": problem})
        return f"{problem}: {name}"
    receive_pictures(node, {name: feed})
    return ""


def too_large_by(limit: int) -> str:
    """Why a picture of more than so many bytes is not taken."""
    return f"Картинка больше {limit >> 20} МБ, не взята"


def refuse_pictures(node: Node, names: Iterable[str], problem: str) -> None:
    """Pictures of a zip that are not taken stand with their reason, as single ones do; their bytes are in the zip."""
    known = [picture_name(name)[:NAME_CHARACTERS] for name in names]
    if known:
        nothing = feed_store.store_bytes(b"")
        CatalogPicture.objects.bulk_create(
            [CatalogPicture(node=node, name=name, feed=nothing, problem=problem) for name in dict.fromkeys(known)],
            update_conflicts=True, unique_fields=["node", "name"], update_fields=["feed", "problem"],
        )  # fmt: skip


def _grown(known: CatalogPicture, piece: Feed) -> Feed | None:
    """A picture with its next piece, unless that is there already: a piece comes twice when our answer was lost.

    The rest of a picture that is not taken is no picture of its own.
    """
    if known.problem or known.feed.size + piece.size > PICTURE_BYTES:
        return None
    before, more = feed_store.read_feed(known.feed), feed_store.read_feed(piece)
    if not before.startswith(BEGINNINGS):
        return piece
    return known.feed if before.endswith(more) else feed_store.store_bytes(before + more)


@transaction.atomic
def receive_pictures(node: Node, pictures: Mapping[str, Feed]) -> int:
    """Tie pictures to their names; goods that show one that is new or changed are due. How many were new or changed."""
    lock_catalog(node.portal_id)
    taken = CatalogPicture.objects.filter(node=node, name__in=list(pictures), problem="")
    known = dict(taken.values_list("name", "feed_id"))
    fresh = [CatalogPicture(node=node, name=name, feed=feed) for name, feed in pictures.items() if known.get(name) != feed.pk]
    if fresh:
        CatalogPicture.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["node", "name"], update_fields=["feed", "problem"]
        )
        want(NomenclatureRow.objects.filter(pk__in=_goods_that_show(node, [picture.name for picture in fresh])))
    return len(fresh)


def _goods_that_show(node: Node, names: list[str]) -> list[int]:
    """Rows of the node that speak of one of these pictures."""
    with connection.cursor() as cursor:
        cursor.execute(SHOW_ANY, [node.pk, names])
        return [key for (key,) in cursor.fetchall()]
