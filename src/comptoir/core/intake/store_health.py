"""Whether the sales of each store flow, and what they come to today; answers are plain data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import requests as partners
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake.models import BookReading, Notification
from comptoir.core.ledger import reads as ledger
from comptoir.kernel.clock import business_date
from comptoir.kernel.money import Money, to_minor
from comptoir.pos import registry

LATELY: Final = 5000
"""So many notifications of an organisation are looked through: its index gives them newest first."""
LATELY_SQL: Final[LiteralString] = (
    "SELECT store_id, max(received_at) FROM ("
    "SELECT store_id, received_at, outcome FROM intake_notification WHERE organisation_id = %s"
    " ORDER BY id DESC LIMIT %s"
    ") AS lately WHERE store_id IS NOT NULL AND outcome <> 'unverified' GROUP BY store_id"
)


@dataclass(frozen=True)
class StoreHealth:
    """Whether a store's sales flow, and what they come to today."""

    store_id: UUID
    store_name: str
    timezone: str
    provider_name: str | None
    connection_state: str
    connection_reason: str
    latest_notification_at: datetime | None
    sales_today: int
    open_checks: int
    net_sales_today: Money | None


def store_health(
    organisation_id: UUID, *, now: datetime, store_ids: Collection[UUID] | None = None
) -> list[StoreHealth]:
    """Every store of an organisation, by name."""
    stores = Store.objects.filter(organisation_id=organisation_id).order_by("name")
    if store_ids is not None:
        stores = stores.filter(id__in=store_ids)
    links = {
        link.store_id: link.connection
        for link in LocationLink.objects.filter(organisation_id=organisation_id, store__isnull=False).select_related(
            "connection"
        )
    }
    pushed = partners.feeding(organisation_id)
    mine = list(stores)
    newest = _newest(organisation_id, {each.id for each in mine}, pushed)
    days = {each.id: business_date(now, zone=ZoneInfo(each.timezone), day_start=each.day_start) for each in mine}
    figures = ledger.day_figures(organisation_id, days)
    open_now = ledger.open_checks(organisation_id, days)
    return [
        _health(
            store,
            links.get(store.id),
            pushed.get(store.id),
            newest.get(store.id),
            figures[store.id],
            open_now.get(store.id, 0),
        )
        for store in mine
    ]


def _newest(organisation_id: UUID, store_ids: Collection[UUID], pushed: Collection[UUID]) -> dict[UUID, datetime]:
    """When the latest notification of each store came, of whatever outcome; what anybody can send does not count.

    Whoever sold lately is found among the latest of the organisation, without reading a month of its inbox. Of a store
    that has been silent for long, what the inbox wrote down of its till is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(LATELY_SQL, [organisation_id, LATELY])
        found: dict[UUID, datetime] = dict(cursor.fetchall())
    silent = set(store_ids) - set(found)
    if not silent:
        return found
    links = LocationLink.objects.filter(organisation_id=organisation_id, store_id__in=silent)
    heard = BookReading.objects.filter(organisation_id=organisation_id, heard_at__isnull=False)
    known = dict(heard.values_list("location_link_id", "heard_at"))
    for link_id, store_id in links.values_list("id", "store_id"):
        if store_id is not None and (at := known.get(link_id)):
            found[store_id] = max(at, found.get(store_id, at))
    # A till that calls us has no books of its own to note it by.
    if called := (silent & set(pushed)) - set(found):
        rows = Notification.objects.filter(organisation_id=organisation_id, store_id__in=called)
        told = rows.exclude(outcome=Notification.Outcome.UNVERIFIED)
        found |= dict(told.values_list("store_id").annotate(newest=Max("received_at")))
    return found


def _health(
    store: Store,
    account: Connection | None,
    pushed: str | None,
    newest: datetime | None,
    figures: dict[tuple[str, str], Decimal],
    open_checks: int,
) -> StoreHealth:
    """A store without an account at a till's maker is connected all the same where the maker calls us."""
    provider = account.provider if account else pushed
    net = figures.get(("net_sales", store.currency))
    return StoreHealth(
        store_id=store.id,
        store_name=store.name,
        timezone=store.timezone,
        provider_name=registry.connector(provider).manifest.name if provider else None,
        connection_state=account.status if account else Connection.Status.CONNECTED if pushed else "none",
        connection_reason=account.status_reason if account else "",
        latest_notification_at=newest,
        sales_today=int(figures.get(("transactions", store.currency), 0)),
        open_checks=open_checks,
        net_sales_today=None if net is None else Money(to_minor(net, store.currency), store.currency),
    )
