"""One at a time makes the days of a store, or changes what they are made of."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from comptoir.apps.traffic.models import Day


def hold(store_ids: Collection[UUID]) -> None:
    """Until the transaction ends; in one order, so that two that want several stores never wait crosswise."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('traffic ' || id::text, 0)) FROM"
            " (SELECT unnest(%s::uuid[]) AS id ORDER BY 1) AS stores",
            [sorted(store_ids)],
        )


@transaction.atomic(savepoint=False)
def make_anew(days: QuerySet[Day]) -> int:
    """These days are behind what they are made of; returns how many.

    Say so after changing it. Whoever makes one of them now is waited for: it was begun with what held before, and would
    be written as though it were of what holds now.
    """
    hold(set(days.order_by().values_list("store_id", flat=True).distinct()))
    return days.update(ledger_revision=Day.AGAIN)
