"""Events that an app did not act upon, being switched off for their store: kept, counted, handed over on request.

Switching an app on again does not bring them back by itself: an owner asks for it (loyalty.md 3.9).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from comptoir.core.installations import modules
from comptoir.core.installations.manifest import Event
from comptoir.core.outbox.models import SetAside


def keep(unheeded: Collection[tuple[Event, str]]) -> None:
    """Note events, each with the slug of the app that did not act upon it; in the caller's transaction."""
    SetAside.objects.bulk_create(
        [
            SetAside(
                organisation_id=event.organisation_id, store_id=event.store_id, app=app, event_id=event.id, at=event.at
            )
            for event, app in unheeded
        ],
        ignore_conflicts=True,
    )


def counts(organisation_id: UUID) -> dict[modules.Switch, int]:
    """How many events wait aside, by store and app."""
    rows = SetAside.objects.filter(organisation_id=organisation_id).values_list("store_id", "app")
    return {(store_id, app): number for store_id, app, number in rows.annotate(number=Count("event_id")).order_by()}


@transaction.atomic
def hand_over(*, organisation_id: UUID, store_id: UUID, app: str, now: datetime) -> int:
    """Make deliveries of them after all; how many. Dispatch then takes them. Raises RuleBroken while the app is off."""
    modules.require_on(organisation_id=organisation_id, store_id=store_id, app=app)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM outbox_setaside WHERE organisation_id = %s AND store_id = %s AND app = %s"
            " RETURNING organisation_id, event_id, app)"
            " INSERT INTO outbox_delivery (organisation_id, event_id, app, attempts, due_at, fault)"
            " SELECT organisation_id, event_id, app, 0, %s, '' FROM taken ON CONFLICT DO NOTHING",
            [organisation_id, store_id, app, now],
        )
        return int(cursor.rowcount)
