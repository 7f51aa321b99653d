"""The vendor's locations, and which store each one feeds."""

from datetime import datetime, time
from typing import Final, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.core import prepared
from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.connections.models import Connection, LocationLink, WebhookAddress
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret, new_token, token_hash
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Location

# Asked for every batch of notifications, so without the ORM.
FED_SQL: Final[LiteralString] = (
    "SELECT external_id, organisation_id, store_id FROM connections_locationlink"
    " WHERE provider = %s AND external_id = ANY(%s) AND store_id IS NOT NULL"
)


def refresh_locations(connection: Connection, vendor: Vendor) -> int:
    """Read the account's locations and remember them; links stay. Returns how many there are. Raises Vendor* errors."""
    seen = vendor.locations()
    with transaction.atomic():
        for location in seen:
            LocationLink.objects.update_or_create(
                organisation_id=connection.organisation_id,
                connection=connection,
                external_id=location.external_id,
                defaults={
                    "provider": connection.provider,
                    "name": location.name,
                    "business_name": location.business_name,
                    "currency": location.currency,
                    "timezone": location.timezone,
                    "country": location.country,
                    "address": location.address,
                },
            )
        if seen:
            connection.account_name = seen[0].business_name
            connection.save(update_fields=["account_name"])
    return len(seen)


def learn_day_starts(connection: Connection, vendor: Vendor, *, now: datetime) -> None:
    """Ask when a trading day begins at each location, and remember it. Raises Vendor* errors."""
    for link in LocationLink.objects.filter(organisation_id=connection.organisation_id, connection=connection):
        link.day_start = vendor.day_start(as_location(link), now=now)
        link.save(update_fields=["day_start"])


def as_location(link: LocationLink) -> Location:
    """The location as connectors know it."""
    return Location(
        external_id=link.external_id,
        name=link.name,
        business_name=link.business_name,
        currency=link.currency,
        timezone=link.timezone,
        country=link.country,
    )


def create_store(link: LocationLink, *, day_start: time, now: datetime) -> Store:
    """A store named, timed and priced like the vendor's location; `day_start` where the vendor did not name one."""
    name, taken = link.name, set(Store.objects.filter(organisation=link.organisation).values_list("name", flat=True))
    number = 2
    while name in taken:
        name, number = f"{link.name} ({number})", number + 1
    return Store.objects.create(
        organisation=link.organisation,
        name=name,
        timezone=link.timezone,
        currency=link.currency,
        country=link.country,
        address=link.address,
        day_start=link.day_start or day_start,
        created_at=now,
    )


def link_location(link: LocationLink, store: Store | None, *, now: datetime) -> None:
    """Let a location feed a store, or none.

    A consent given anew lists the same location again: a link of the same organisation moves over. Raises RuleBroken
    when another organisation's store is fed by it.
    """
    if store is not None and store.organisation_id != link.organisation_id:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    try:
        with transaction.atomic():
            LocationLink.objects.filter(
                organisation=link.organisation, provider=link.provider, external_id=link.external_id
            ).exclude(id=link.id).update(store=None)
            link.store = store
            link.save(update_fields=["store"])
            if store is not None:
                if link.address:  # what somebody typed stays
                    Store.objects.filter(organisation=link.organisation, id=store.id, address="").update(
                        address=link.address
                    )
                webhook_address(organisation=link.organisation, store=store, provider=link.provider, now=now)
    except IntegrityError as error:
        raise RuleBroken(
            _("%(name)s already feeds a store of another organisation; remove that link first.") % {"name": link.name},
            code="location_taken",
        ) from error


def webhook_address(*, organisation: Organisation, store: Store, provider: str, now: datetime) -> WebhookAddress:
    """The store's own webhook door for this provider; made at first need, the same ever after."""
    clear = new_token("")
    address, _ = WebhookAddress.objects.get_or_create(
        organisation=organisation,
        store=store,
        provider=provider,
        defaults={
            "token": sealer().seal(Secret(clear)),
            "token_hash": token_hash(clear),
            "created_at": now,
        },
    )
    return address


def webhook_path(address: WebhookAddress) -> str:
    """Path of the door, token included: a secret of the organisation."""
    return f"/hooks/{address.provider}/{sealer().unseal(address.token).reveal()}"


def store_behind(provider: str, token: str) -> tuple[UUID, UUID] | None:
    """(organisation, store) of a store's own address, or None."""
    rows = WebhookAddress.objects.filter(provider=provider, token_hash=token_hash(token))
    return rows.values_list("organisation_id", "store_id").first()


def stores_fed_by(provider: str, location_ids: set[str]) -> dict[str, tuple[UUID, UUID]]:
    """Location id to (organisation id, store id), for those that are linked."""
    with prepared.cursor() as cursor:
        cursor.execute(FED_SQL, [provider, sorted(location_ids)])
        return {external: (organisation, store) for external, organisation, store in cursor.fetchall()}
