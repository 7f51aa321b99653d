"""Django's name for this room."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """The room `core.connections`."""

    name = "comptoir.core.connections"
    label = "connections"
