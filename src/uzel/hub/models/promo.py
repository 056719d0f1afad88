"""The directory of promo codes."""

from django.db import models

from uzel.hub.models.node import Node
from uzel.hub.models.portal import Portal


class PromoCodeRow(models.Model):
    """A promo code as it was last seen. One that is gone stays here as withdrawn, so that the bases hear of it."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    key = models.CharField(max_length=255, help_text="the code without case and outer spaces")
    content = models.JSONField(help_text="the record of `model.promo` as `model.codec` writes it")
    entity_id = models.PositiveBigIntegerField(null=True, help_text="id of the item in the portal; null: only the hub has it")
    revision = models.PositiveBigIntegerField(default=0, help_text="number of its last change, in the order of all changes")
    deleted = models.BooleanField(default=False, help_text="withdrawn: the portal no longer has it")
    doubted = models.BooleanField(default=False, help_text="its item is to be looked for: it may be gone, or was just met")
    counted_in = models.JSONField(default=list, help_text="codes of nodes in whose shops it ever counted; '': in all")
    brought_by = models.ForeignKey(
        Node, models.SET_NULL, null=True, db_index=False, help_text="the base that may change it; null: the portal's"
    )
    brought = models.JSONField(null=True, help_text="the record as that base last said it")
    element_id = models.CharField(max_length=200, blank=True, help_text="Ид of that base's element")
    element_version = models.CharField(max_length=100, blank=True, help_text="НомерВерсии of it; empty: none, or withdrawn")
    named_in = models.PositiveBigIntegerField(null=True, help_text="package in which that base last named it")
    unwritten = models.JSONField(default=list, help_text="names of fields that the base changed and the item does not show yet")
    due_since = models.DateTimeField(null=True, help_text="since when it waits to be written into the portal")
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True, help_text="why the portal has no item, in plain Russian")
    used = models.PositiveIntegerField(null=True, help_text="in how many orders, as the item was last written")
    used_on = models.DateField(null=True, help_text="day of the newest of them")
    counted_at = models.DateTimeField(null=True, help_text="when the orders were counted")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "key"], name="one_promo_code_a_key")]
        indexes = [
            models.Index(fields=["portal", "revision"], name="promo_codes_by_revision"),
            models.Index(fields=["brought_by", "element_id"], name="promo_codes_by_element"),
        ]


class PromoCheck(models.Model):
    """A promo code that changed: its orders are to be judged anew. Written together with the change, gone when done."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    key = models.CharField(max_length=255, blank=True, help_text="of the promo code; empty: all codes")
    done = models.PositiveBigIntegerField(default=0, help_text="the last order that was judged")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "key"], name="one_check_a_promo_code")]
