"""Questions about connections; answers are plain data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comptoir.core.accounts.stores import is_visible
from comptoir.core.connections.locations import webhook_path
from comptoir.core.connections.models import Connection, LocationLink, WebhookAddress
from comptoir.pos import registry


@dataclass(frozen=True)
class LocationFacts:
    """A vendor's location and the store it feeds."""

    id: UUID
    external_id: str
    name: str
    business_name: str
    currency: str
    timezone: str
    store_id: UUID | None
    store_name: str
    webhook_path: str


@dataclass(frozen=True)
class ConnectionFacts:
    """A connection as its owner sees it."""

    id: UUID
    public_id: str
    provider: str
    provider_name: str
    account_name: str
    status: str
    status_since: datetime
    status_reason: str
    consented_by: str
    is_given_back: bool
    locations: tuple[LocationFacts, ...]

    @property
    def linked(self) -> int:
        """How many locations feed a store."""
        return sum(location.store_id is not None for location in self.locations)


def connections(
    organisation_id: UUID, *, store_ids: Collection[UUID] | None = None, unfed: bool = False
) -> list[ConnectionFacts]:
    """Every connection of an organisation with its locations, oldest first.

    For somebody with chosen stores: the locations that feed those, and the connections that have one. With `unfed`
    also connections that feed no store at all yet, whole: whoever connects tills has to choose what they feed.
    """
    links: dict[UUID, list[LocationFacts]] = {}
    new, fed = unfed and store_ids is not None, set[UUID]()
    if new:
        feeding = LocationLink.objects.filter(organisation_id=organisation_id, store__isnull=False)
        fed = set(feeding.values_list("connection_id", flat=True))
    addresses = {
        (address.store_id, address.provider): webhook_path(address)
        for address in WebhookAddress.objects.filter(organisation_id=organisation_id)
    }
    for link in LocationLink.objects.filter(organisation_id=organisation_id).select_related("store").order_by("name"):
        if is_visible(store_ids, link.store.id if link.store else None) or (new and link.connection_id not in fed):
            links.setdefault(link.connection_id, []).append(_location(link, addresses))
    rows = Connection.objects.filter(organisation_id=organisation_id).select_related("consented_by")
    return [
        _connection(row, tuple(links.get(row.id, [])))
        for row in rows.order_by("created_at")
        if store_ids is None or row.id in links or (new and row.id not in fed)
    ]


def connection(
    organisation_id: UUID, connection_id: UUID, *, store_ids: Collection[UUID] | None = None, unfed: bool = False
) -> ConnectionFacts | None:
    """One connection, or None when this organisation, or these stores of it, have none of that id."""
    found = connections(organisation_id, store_ids=store_ids, unfed=unfed)
    return next((each for each in found if each.id == connection_id), None)


def consented_by(organisation_id: UUID, user_id: int) -> list[ConnectionFacts]:
    """The connections that stand on this person's sign-in at the till."""
    mine = Connection.objects.filter(organisation_id=organisation_id, consented_by_id=user_id)
    ids = set(mine.values_list("id", flat=True))
    return [each for each in connections(organisation_id) if each.id in ids] if ids else []


def _location(link: LocationLink, addresses: dict[tuple[UUID, str], str]) -> LocationFacts:
    return LocationFacts(
        id=link.id,
        external_id=link.external_id,
        name=link.name,
        business_name=link.business_name,
        currency=link.currency,
        timezone=link.timezone,
        store_id=link.store.id if link.store else None,
        store_name=link.store.name if link.store else "",
        webhook_path=addresses.get((link.store.id, link.provider), "") if link.store else "",
    )


def _connection(row: Connection, locations: tuple[LocationFacts, ...]) -> ConnectionFacts:
    return ConnectionFacts(
        id=row.id,
        public_id=row.public_id,
        provider=row.provider,
        provider_name=registry.connector(row.provider).manifest.name,
        account_name=row.account_name,
        status=row.status,
        status_since=row.status_since,
        status_reason=row.status_reason,
        consented_by=str(row.consented_by) if row.consented_by else "",
        is_given_back=row.is_given_back,
        locations=locations,
    )
