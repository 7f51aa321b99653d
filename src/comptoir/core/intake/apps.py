"""Django's name for this room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room `core.intake`."""

    name = "comptoir.core.intake"
    label = "intake"
