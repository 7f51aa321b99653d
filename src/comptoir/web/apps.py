"""The web room as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages of the house, and the components that all pages share."""

    name = "comptoir.web"
    label = "web"
