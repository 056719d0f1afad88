"""The portal, what we know of its limits, and what of ours is bound to what of its."""

from django.db import models

from uzel.hub.secrets import Sealed


class Portal(models.Model):
    """One Bitrix24 portal. The webhook's address and the token of events are secrets and stored sealed."""

    code = models.SlugField(max_length=40, unique=True, default="main")
    sealed_webhook = models.TextField(blank=True, help_text="empty: an application is used, or is waited for")
    exchange_user_id = models.PositiveBigIntegerField(null=True, help_text="employee in whose name we write")
    sealed_event_token = models.TextField(blank=True, help_text="application_token of the outgoing webhook's events")
    limits = models.JSONField(
        default=dict, help_text="state of the leaky bucket and of the operating budgets, what they taught"
    )
    plan = models.CharField(max_length=10, default="auto", help_text="auto | standard | enterprise: whose limits of requests")
    reserve_requests = models.FloatField(default=3.0, help_text="of the bucket, left to the portal's other applications")
    reserve_operating = models.FloatField(default=0.0, help_text="part of each method's time left to them")
    limits_set_at = models.DateTimeField(null=True, help_text="what was learned of the limits before does not count")
    speed = models.FloatField(default=1.0, help_text="time scale of an emulated portal; 1 for a real one")
    swept_until = models.JSONField(default=dict, help_text="kind → time of change the sweep reached, as the portal wrote it")
    setup = models.JSONField(
        default=dict,
        help_text="what `portal setup` found or created: node_field (of a deal), nodes (code → item id), processes, presets",
    )
    swept_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True, help_text="since when the way in that is used now works")
    user_name = models.CharField(max_length=200, blank=True, help_text="full name of the exchange employee")
    last_event_at = models.DateTimeField(null=True)
    events_wait = models.BooleanField(default=False, help_text="the portal said that offline events wait to be fetched")
    problem = models.TextField(blank=True, help_text="why the exchange with the portal stands, in plain Russian")
    inventory_accounting = models.BooleanField(
        null=True, help_text="the portal keeps quantities of goods for itself; null: it has not said"
    )
    users_read_at = models.DateTimeField(null=True)
    promo_read_at = models.DateTimeField(null=True, help_text="when the last round through all cards ended; null: none has")
    promo_problem = models.TextField(blank=True, help_text="why promo codes of the portal are not read, in plain Russian")
    created_at = models.DateTimeField(auto_now_add=True)

    webhook = Sealed()
    event_token = Sealed()


class MadeInPortal(models.Model):
    """Something that the set-up created in the portal: all that an undo may remove."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    kind = models.CharField(max_length=20, help_text="as in `bitrix24.setup_plan`")
    name = models.CharField(max_length=80, help_text="unique within the kind")
    title = models.CharField(max_length=300, help_text="plain Russian")
    entity_id = models.PositiveBigIntegerField(null=True, help_text="id in the portal; before the answer the number asked for")
    asked_at = models.DateTimeField(help_text="when the create was sent")
    made_at = models.DateTimeField(null=True, help_text="null: its answer is not known")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "kind", "name"], name="one_row_a_made_thing")]


class CounterpartyBinding(models.Model):
    """Which contact or company of the portal a counterparty of a node is, and how that was decided."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    node = models.ForeignKey("hub.Node", models.CASCADE)
    key = models.CharField(
        max_length=200, help_text="Ид of the counterparty, or a hash of its identifying fields when it has none"
    )
    kind = models.CharField(max_length=10, help_text="contact | company")
    entity_id = models.PositiveBigIntegerField(null=True, help_text="null: a create was sent and its answer is not known")
    shown = models.JSONField(null=True, help_text="the card as last read or written")
    sent = models.JSONField(null=True, help_text="the card as in a write of its requisite that was never answered")
    checked_at = models.DateTimeField(null=True, help_text="when the card was last read in turn")
    decision = models.TextField(blank=True, help_text="why this contact: created, by INN, by phone, by e-mail")
    retry_at = models.DateTimeField(null=True, help_text="when a create without an answer must have ended in the portal")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "key"], name="one_binding_a_counterparty")]
        indexes = [models.Index(fields=["portal", "kind", "entity_id"], name="bindings_by_entity")]


class CounterpartyNote(models.Model):
    """What a file of counterparties alone told of one: he is looked for by it, and nothing is made or changed of it."""

    node = models.ForeignKey("hub.Node", models.CASCADE)
    key = models.CharField(max_length=200, help_text="Ид of the counterparty")
    told = models.JSONField(help_text="{inn, kpp, phones, emails}")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "key"], name="one_note_a_counterparty")]


class DealNotice(models.Model):
    """The portal said "deal N changed". Level-triggered: due while ``noticed > handled``."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    deal_id = models.PositiveBigIntegerField()
    noticed = models.PositiveIntegerField(default=1)
    handled = models.PositiveIntegerField(default=0)
    noticed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "deal_id"], name="one_notice_a_deal")]
        indexes = [models.Index(fields=["portal"], condition=models.Q(noticed__gt=models.F("handled")), name="notices_due")]
