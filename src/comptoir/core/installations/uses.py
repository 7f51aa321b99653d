"""What works over a consent: whoever would give it back is told which apps it would cut off."""

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
