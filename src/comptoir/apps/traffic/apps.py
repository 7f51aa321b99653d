"""Django's name for this app."""

from django.apps import AppConfig


class TrafficConfig(AppConfig):
    """The app `apps.traffic`."""

    name = "comptoir.apps.traffic"
    label = "traffic"

    def ready(self) -> None:
        """A job is known once its file is read; `tasks.py` is by itself."""
        from comptoir.apps.traffic import report_jobs  # noqa: F401
