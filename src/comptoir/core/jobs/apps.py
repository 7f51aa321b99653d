"""Django's name for this room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The room `core.jobs`."""

    name = "comptoir.core.jobs"
    label = "jobs"
