"""The exchange node: one 1C base with its parameters."""

from django.db import models

from uzel.hub.models.portal import Portal


class Node(models.Model):
    """A 1C base. Nothing in the protocol names the base, so login and path do (onec-exchange 6)."""

    class Profile(models.TextChoices):
        UNF = "unf", "1С:Управление нашей фирмой"
        UT = "ut", "Управление торговлей / Розница"
        BITRIX = "bitrix", "Модуль обмена 1С-Битрикс"

    portal = models.ForeignKey(Portal, models.PROTECT, null=True)
    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    login = models.CharField(max_length=100, unique=True)
    password_hash = models.CharField(max_length=200)
    profile = models.CharField(max_length=10, choices=Profile.choices, default=Profile.UNF)
    dialect = models.CharField(max_length=20, blank=True, help_text="pinned client; empty: as recognised")
    heard = models.JSONField(null=True, help_text="client it was recognised as: {client, at, from, before}; null: not yet")
    receives_changes = models.BooleanField(default=False)
    catalog_source = models.BooleanField(default=False)
    receives_catalog = models.BooleanField(default=False, help_text="may fetch the nomenclature of the other sources")
    bulk_load = models.BooleanField(default=False, help_text="new deals are imported: robots and workflows do not run")
    active = models.BooleanField(default=True)
    category_id = models.PositiveIntegerField(default=0, help_text="pipeline of the portal")
    default_responsible_id = models.PositiveBigIntegerField(null=True, help_text="portal user for unmapped employees")
    stages = models.JSONField(
        default=list, help_text="status table: [[status code, status name, stage id], ...]; empty: standard"
    )
    payments = models.JSONField(
        default=list, help_text="payment systems told to the base: [[id, name, kind], ...]; empty: standard"
    )
    deliveries = models.JSONField(default=list, help_text="delivery services: [[id, name], ...]; empty: standard")
    ownership = models.JSONField(default=dict, help_text="field → merge | node | portal, over the standard table")
    requisites = models.JSONField(
        default=list, help_text="[{field, name, direction, converter}, ...] over the standard table; what is empty is standard"
    )
    number_prefix = models.CharField(
        max_length=6, default="B", help_text="first letters of numbers of orders born in the portal"
    )
    encoding = models.CharField(max_length=20, default="utf-8", help_text="of our answers: utf-8 | windows-1251")
    orders_per_query = models.PositiveIntegerField(default=200)
    promo_version = models.PositiveBigIntegerField(null=True, help_text="of promo codes, confirmed by the base; null: never")
    last_call_at = models.DateTimeField(null=True)
    silence_after_min = models.PositiveIntegerField(
        null=True, help_text="minutes without a call that are silence; 0: never; null: as its own rhythm says"
    )
    silent_since = models.DateTimeField(null=True, help_text="the last call before a silence that lasts")
    silence_told_at = models.DateTimeField(null=True, help_text="people were told of a silence, not yet of its end")
    shown = models.JSONField(null=True, help_text="what its item in the portal shows of it; null: nothing yet")
    shown_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"
