"""Django's name for this app."""

from django.apps import AppConfig


class WeeklyBalanceConfig(AppConfig):
    """The app `apps.weekly_balance`."""

    name = "comptoir.apps.weekly_balance"
    label = "weekly_balance"
