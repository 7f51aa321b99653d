"""Django's name for this app."""

from django.apps import AppConfig


class TrafficConfig(AppConfig):
    """The app `apps.traffic`."""

    name = "comptoir.apps.traffic"
    label = "traffic"
