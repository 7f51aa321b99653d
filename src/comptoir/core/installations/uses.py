"""What the apps need a till for: which work over an account, and which stores none of them wants to hear of now."""

from collections import defaultdict
from uuid import UUID

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations import manifest
from comptoir.core.installations.models import Installation


def apps_over(connection: Connection) -> list[manifest.App]:
    """The apps that are on, by themselves or in a bundle, for a store that a location of this account feeds."""
    fed = LocationLink.objects.filter(
        organisation_id=connection.organisation_id, connection_id=connection.id, store__isnull=False
    ).values_list("store_id", flat=True)
    rows = Installation.objects.filter(
        organisation_id=connection.organisation_id, provider=connection.provider, store_id__in=fed, enabled=True
    )
    on = set(rows.values_list("app", flat=True))
    return [each for each in manifest.apps() if on & {each.slug, *manifest.bundles_of(each.slug)}]


def stores_at_rest() -> set[UUID]:
    """The stores that an app has put to rest, and that no other app which is on for them wants to be read."""
    asked = {each.slug: each.at_rest() for each in manifest.apps() if each.at_rest}
    resting: set[UUID] = set().union(*asked.values())
    if not resting:
        return resting
    on: defaultdict[UUID, set[str]] = defaultdict(set)
    rows = Installation.objects.filter(store_id__in=resting, enabled=True)
    for store_id, app in rows.values_list("store_id", "app"):
        on[store_id].add(app)
    return {store for store in resting if all(store in asked.get(app, ()) for app in on[store])}
