"""Django's name for this room."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """The room `core.health`."""

    name = "comptoir.core.health"
    label = "health"
