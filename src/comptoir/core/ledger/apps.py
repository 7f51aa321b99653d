"""Django's name for this room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The room `core.ledger`."""

    name = "comptoir.core.ledger"
    label = "ledger"
