"""Tell open pages that something moved; what, they ask themselves."""

from uuid import UUID

from django.db import connection


def notify_live(audience: UUID | str, topic: str) -> None:
    """Tell the open pages of an organisation, when the transaction commits, that a topic has news.

    An app may have audiences of its own, named without spaces: whoever was given an address for one hears it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('comptoir_live', %s)", [f"{audience} {topic}"])
