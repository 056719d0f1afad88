"""The Django application that remembers."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """``uzel.hub``: tables, migrations and queries; no decisions here."""

    name = "uzel.hub"
    label = "hub"
    verbose_name = "Узел обмена"
    default_auto_field = "django.db.models.BigAutoField"
