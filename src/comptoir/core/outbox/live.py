"""Tell open pages that something moved; what, they ask themselves."""

from collections.abc import Sequence
from uuid import UUID

from comptoir.core import prepared
from comptoir.kernel import arrays


def notify_live(audience: UUID | str, topic: str) -> None:
    """Tell the open pages of an organisation, when the transaction commits, that a topic has news.

    An app may have audiences of its own, named without spaces: whoever was given an address for one hears it.
    """
    notify_all([audience], topic)


def notify_all(audiences: Sequence[UUID | str], topic: str) -> None:
    """The same for several, in one statement."""
    with prepared.cursor() as cursor:
        told = [f"{audience} {topic}" for audience in audiences]
        cursor.execute(
            "SELECT pg_notify('comptoir_live', told) FROM unnest(%s::text[]) AS told", [arrays.of_texts(told)]
        )
