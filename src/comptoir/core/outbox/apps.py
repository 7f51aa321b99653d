"""Django's name for this room."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The room `core.outbox`."""

    name = "comptoir.core.outbox"
    label = "outbox"
