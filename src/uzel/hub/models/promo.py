"""Promo codes of the portal."""

from django.db import models

from uzel.hub.models.portal import Portal


class PromoCodeRow(models.Model):
    """A promo code as the portal was last seen to keep it. One that the portal no longer has is not here."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    key = models.CharField(max_length=255, help_text="the code without case and outer spaces")
    content = models.JSONField(help_text="the record of `model.promo` as `model.codec` writes it")
    entity_id = models.PositiveBigIntegerField(help_text="id of the item in the portal")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "key"], name="one_promo_code_a_key")]
