"""Django's name for this room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The room `core.audit`."""

    name = "comptoir.core.audit"
    label = "audit"
