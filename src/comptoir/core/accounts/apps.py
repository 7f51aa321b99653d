"""Django's name for this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room `core.accounts`."""

    name = "comptoir.core.accounts"
    label = "accounts"
