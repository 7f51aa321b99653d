"""One at a time makes the days of a store, or changes what they are made of."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection


def hold(store_ids: Collection[UUID]) -> None:
    """Until the transaction ends; in one order, so that two that want several stores never wait crosswise."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('traffic ' || id::text, 0)) FROM"
            " (SELECT unnest(%s::uuid[]) AS id ORDER BY 1) AS stores",
            [sorted(store_ids)],
        )
