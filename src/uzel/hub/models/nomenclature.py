"""The portal's catalogue as its source bases tell it, and how rows of orders find their products."""

from django.db import models

from uzel.hub.models.archive import Feed, Package
from uzel.hub.models.node import Node
from uzel.hub.models.order import OrderRow
from uzel.hub.models.portal import Portal


class Published(models.Model):
    """Something of a source base that the portal should show. Level-triggered: due while ``wanted > confirmed``.

    A load that changes nothing does not raise ``wanted``, so it costs no REST call. ``wanted`` is 0 while there is
    nothing to show: only prices have come, a variant's item has not, or it was marked for deletion before it was shown.
    """

    portal = models.ForeignKey(Portal, models.CASCADE, db_index=False)  # the unique index begins with it
    node = models.ForeignKey(Node, models.CASCADE, help_text="the source base that it belongs to: the first that named it")
    xml_id = models.CharField(max_length=200, help_text="Ид as the base writes it; xmlId in the portal")
    content = models.JSONField(
        null=True, help_text="the record of `model.nomenclature` as `model.codec` writes it; null: only prices or stocks came"
    )
    shown = models.JSONField(null=True, help_text="what the portal was last made to show; null: nothing yet")
    entity_id = models.PositiveBigIntegerField(null=True, help_text="id in the portal")
    wanted = models.PositiveIntegerField(default=1)
    confirmed = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    outcome_unknown = models.BooleanField(default=False, help_text="a create was sent and never answered: look up first")
    problem_code = models.CharField(max_length=60, blank=True, help_text="non-empty: given up until somebody looks")
    problem = models.TextField(blank=True)
    package = models.ForeignKey(  # written with every change, and a package goes only with its node: not to be looked up by it
        Package, models.SET_NULL, null=True, db_index=False, db_constraint=False, help_text="the file that changed it last"
    )

    class Meta:
        abstract = True


class SectionRow(Published):
    """A group of the nomenclature."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "xml_id"], name="one_section_an_id")]
        indexes = [models.Index(fields=["portal"], condition=models.Q(wanted__gt=models.F("confirmed")), name="sections_due")]


class PriceTypeRow(Published):
    """A kind of price."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "xml_id"], name="one_price_type_an_id")]


class NomenclatureRow(Published):
    """An item (``parent`` empty) or a variant of one: what a row of a deal can be tied to.

    ``article``, ``barcode`` and ``name`` repeat the content, to be searched by.
    """

    parent = models.CharField(max_length=200, blank=True, help_text="xml_id of the item, for a variant")
    name = models.CharField(max_length=400, blank=True)
    article = models.CharField(max_length=100, blank=True)
    barcode = models.CharField(max_length=100, blank=True)
    active = models.BooleanField(default=True, help_text="false: marked for deletion in the base")
    named_in = models.BigIntegerField(null=True, help_text="the last package of a full load that named this item")
    prices = models.JSONField(default=dict, help_text="price type → [amount, currency]")
    stocks = models.JSONField(default=dict, help_text="warehouse, or empty for the whole base → quantity")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "xml_id"], name="one_product_an_id")]
        indexes = [
            models.Index(fields=["portal"], condition=models.Q(wanted__gt=models.F("confirmed")), name="products_due"),
            models.Index(fields=["portal", "parent"], name="variants_of_an_item"),
            models.Index(fields=["portal", "article"], condition=~models.Q(article=""), name="products_by_article"),
            models.Index(fields=["portal", "barcode"], condition=~models.Q(barcode=""), name="products_by_barcode"),
            models.Index(fields=["portal", "entity_id"], condition=~models.Q(entity_id=None), name="products_by_entity"),
        ]


class SourceWord(models.Model):
    """A warehouse or a unit of measure as a source base names it; products show it, it is never shown alone."""

    class Kind(models.TextChoices):
        WAREHOUSE = "warehouse"
        UNIT = "unit"

    node = models.ForeignKey(Node, models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    xml_id = models.CharField(max_length=200)
    content = models.JSONField(help_text="the record of `model.nomenclature` as `model.codec` writes it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "kind", "xml_id"], name="one_word_an_id")]


class CatalogPicture(models.Model):
    """The bytes of a picture that a source base sent, by the name under which its goods speak of it."""

    node = models.ForeignKey(Node, models.CASCADE)
    name = models.CharField(max_length=255, help_text="import_files/…, with slashes")
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="+")
    problem = models.TextField(blank=True, help_text="why it is not taken, in plain Russian; goods do not show it then")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "name"], name="one_picture_a_name")]


class ProductPictures(models.Model):
    """The pictures of a product in the portal; due while ``due_since`` is set."""

    product = models.OneToOneField(NomenclatureRow, models.CASCADE, related_name="+")
    shown = models.JSONField(default=list, help_text="names of the pictures that the portal was made to show, in order")
    too_large = models.JSONField(default=list, help_text="names of the pictures that the portal will never take")
    shown_on = models.PositiveBigIntegerField(null=True, help_text="id of the product in the portal that shows them")
    due_since = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    problem_code = models.CharField(max_length=60, blank=True, help_text="non-empty: given up until somebody looks")
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_since"], condition=~models.Q(due_since=None), name="pictures_due")]


class CatalogNote(models.Model):
    """Why something of a catalogue file was not taken, or not wholly; the first of a file, the counts know of all."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="catalog_notes")
    place = models.CharField(max_length=300, help_text="in the words of the base: Товар …")
    xml_id = models.CharField(max_length=200, blank=True)
    refused = models.BooleanField(help_text="false: taken, but not wholly")
    reason_code = models.CharField(max_length=60)
    reason = models.TextField()


class NomenclatureMatch(models.Model):
    """The node's own match table: this item of this base is that product. What was found once stands.

    Products found by their very Ид are noted too: they show that the base shares the catalogue's ids, and are counted.
    """

    class Way(models.TextChoices):
        ID = "id"
        HAND = "hand"
        ARTICLE = "article"
        BARCODE = "barcode"

    node = models.ForeignKey(Node, models.CASCADE)
    item_id = models.CharField(max_length=200, help_text="Ид in the node's orders")
    product = models.ForeignKey(NomenclatureRow, models.CASCADE)
    way = models.CharField(max_length=10, choices=Way.choices, help_text="how it was found")
    said = models.CharField(
        max_length=100, blank=True, help_text="article or barcode as the base last wrote it; no longer the product's: drifted"
    )
    decision = models.CharField(max_length=200, help_text="who decided and why, in plain Russian")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "item_id"], name="one_product_an_item")]
        indexes = [models.Index(fields=["node"], condition=models.Q(way="id"), name="matches_by_id")]


class UnmatchedLine(models.Model):
    """A row of an order that went into its deal as free text, because no product was found for it."""

    order = models.ForeignKey(OrderRow, models.CASCADE)
    item_id = models.CharField(max_length=200)
    name = models.CharField(max_length=400)
    article = models.CharField(max_length=100, blank=True)
    barcode = models.CharField(max_length=100, blank=True)
    reason_code = models.CharField(max_length=40, help_text="missing | ambiguous | not_yet | refused")
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "item_id", "name"], name="one_row_an_unmatched_line")]
        indexes = [
            models.Index(fields=["item_id"], name="unmatched_by_item"),
            models.Index(fields=["article"], condition=~models.Q(article=""), name="unmatched_by_article"),
            models.Index(fields=["barcode"], condition=~models.Q(barcode=""), name="unmatched_by_barcode"),
        ]
