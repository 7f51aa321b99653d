"""Django's name for this room."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """The room `core.mail`."""

    name = "comptoir.core.mail"
    label = "mail"
