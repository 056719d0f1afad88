"""Orders with the three states of the merge, their verdicts, deliveries and conflicts."""

from django.db import models
from django.db.models.functions import Now

from uzel.hub.models.archive import ExchangeSession, Package
from uzel.hub.models.node import Node
from uzel.hub.models.portal import CounterpartyBinding


class OrderRow(models.Model):
    """One order of one node and its deal. The JSON columns hold ``model.Order`` as ``model.codec`` writes it."""

    node = models.ForeignKey(Node, models.CASCADE)
    document_id = models.CharField(max_length=200)
    number = models.CharField(max_length=100, blank=True)
    born_in_portal = models.BooleanField(default=False)
    deal_id = models.PositiveBigIntegerField(null=True)
    in_node = models.JSONField(null=True, help_text="null: the base has never shown it")
    in_portal = models.JSONField(null=True, help_text="null: no deal yet")
    agreed = models.JSONField(null=True, help_text="base of the three-way merge")
    merged = models.JSONField(help_text="what both sides should become")
    deal = models.JSONField(null=True, help_text="the deal's state as last written or read")
    client = models.ForeignKey(
        CounterpartyBinding, models.SET_NULL, null=True, help_text="contact or company of the counterparty"
    )
    sent = models.JSONField(null=True, help_text="Orders whose write to the portal is not confirmed, oldest first")
    offered = models.JSONField(null=True, help_text="Orders whose offer to the node is not confirmed, oldest first")
    version = models.PositiveIntegerField(default=0, help_text="of `merged`")
    absent_user_id = models.PositiveBigIntegerField(
        null=True, help_text="dismissed user whose deal it was: the fallback stands in for him until he is back"
    )
    hold = models.CharField(max_length=200, blank=True, help_text="why it is not offered to the node")
    deal_deleted = models.BooleanField(default=False)
    deal_look_at = models.DateTimeField(null=True, help_text="when its deal is looked at although nothing is said of it")
    promo_key = models.CharField(max_length=256, blank=True, help_text="of the promo code in `merged`, as are the next five")
    ordered_on = models.DateField(null=True)
    currency = models.CharField(max_length=10, blank=True)
    total = models.DecimalField(max_digits=28, decimal_places=2, default=0)
    paid_by_bonus = models.DecimalField(max_digits=28, decimal_places=2, default=0)
    called_off = models.BooleanField(default=False, help_text="canceled or marked for deletion: no revenue")
    promo_note = models.CharField(max_length=40, blank=True, help_text="plain Russian: why the promo code does not count")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "document_id"], name="one_order_a_document"),
            models.UniqueConstraint(fields=["node", "deal_id"], name="one_order_a_deal"),
        ]
        indexes = [
            models.Index(fields=["node", "number"], name="orders_by_number"),
            models.Index(fields=["document_id"], name="orders_by_document"),
            models.Index(fields=["deal_id"], name="orders_by_deal"),
            models.Index(
                models.F("deal_look_at").asc(nulls_first=True),
                "id",
                condition=models.Q(deal_id__isnull=False, deal_deleted=False),
                name="orders_by_next_look",
            ),
            models.Index(
                fields=["promo_key", "id"],
                include=["node", "ordered_on", "currency", "total", "paid_by_bonus", "called_off", "deal_id"],
                condition=~models.Q(promo_key=""),
                name="orders_by_promo_code",
            ),
        ]


class Delivery(models.Model):
    """Which version of an order a target should have and which it has. Due while ``wanted > confirmed``."""

    class Target(models.TextChoices):
        PORTAL = "portal"
        NODE = "node"

    order = models.ForeignKey(OrderRow, models.CASCADE)
    target = models.CharField(max_length=6, choices=Target.choices)
    wanted = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    due_since = models.DateTimeField(db_default=Now(), help_text="when it began to lack something")
    status_moved = models.BooleanField(
        default=False, help_text="what is wanted has another status, payment or shipment than the portal knows"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    outcome_unknown = models.BooleanField(default=False, help_text="a create was sent and never answered: look up first")
    problem_code = models.CharField(max_length=60, blank=True, help_text="non-empty: given up until somebody looks")
    problem = models.TextField(blank=True)
    locked_reason = models.CharField(max_length=200, blank=True, help_text="why the last query left it out")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "target"], name="one_delivery_a_target")]
        indexes = [models.Index(fields=["target"], condition=models.Q(wanted__gt=models.F("confirmed")), name="deliveries_due")]


class DocumentVerdict(models.Model):
    """What became of one received document. Append-only, but for one that waited for its order: see :class:`HeldDocument`."""

    package = models.ForeignKey(Package, models.CASCADE)
    node = models.ForeignKey(Node, models.CASCADE)
    order = models.ForeignKey(OrderRow, models.SET_NULL, null=True)
    position = models.PositiveIntegerField(help_text="0-based place in the package")
    document_id = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=100, blank=True)
    date = models.DateField(null=True, help_text="of the document")
    operation = models.CharField(max_length=60, blank=True)
    verdict = models.CharField(max_length=10)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True, help_text="plain Russian")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "position"], name="one_verdict_a_document")]
        indexes = [models.Index(fields=["node", "at"], name="verdicts_of_a_node")]


class HeldDocument(models.Model):
    """A payment, shipment, refund or return that came before its order. It stands here until the order comes.

    ``said`` is what :mod:`uzel.mapping.settlements` needs of it, so that neither its file nor a second call is needed.
    """

    node = models.ForeignKey(Node, models.CASCADE)
    waits_for = models.CharField(max_length=240, help_text="Ид of the order, or the container of the file that it stands in")
    package = models.ForeignKey(Package, models.CASCADE)
    position = models.PositiveIntegerField(help_text="0-based place in the package: that of its verdict")
    said = models.JSONField()
    held_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "position"], name="one_held_row_a_document")]
        indexes = [models.Index(fields=["node", "waits_for"], name="held_documents_by_order")]


class Conflict(models.Model):
    """Two sides changed one field. The winner stands; the losing value is kept and shown. Append-only."""

    order = models.ForeignKey(OrderRow, models.CASCADE)
    field = models.CharField(max_length=40)
    in_node = models.JSONField(null=True)
    in_portal = models.JSONField(null=True)
    agreed = models.JSONField(null=True)
    winner = models.CharField(max_length=6)
    reason = models.CharField(max_length=40, help_text="both_moved | owned_by_node | owned_by_portal")
    package = models.ForeignKey(Package, models.SET_NULL, null=True)
    session = models.ForeignKey(ExchangeSession, models.SET_NULL, null=True)
    at = models.DateTimeField(auto_now_add=True)
