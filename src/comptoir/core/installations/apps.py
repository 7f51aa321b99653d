"""Django's name for this room."""

from django.apps import AppConfig


class InstallationsConfig(AppConfig):
    """The room `core.installations`."""

    name = "comptoir.core.installations"
    label = "installations"
