"""Django's name for this app."""

from django.apps import AppConfig


class PayAtTableConfig(AppConfig):
    """The app `apps.pay_at_table`."""

    name = "comptoir.apps.pay_at_table"
    label = "pay_at_table"
