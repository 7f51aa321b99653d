"""Django's name for this app."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    """The app `apps.loyalty`."""

    name = "comptoir.apps.loyalty"
    label = "loyalty"
