"""Stores of which traffic wants nothing: their location is not operational, or their job is off (2.6)."""

from uuid import UUID

from comptoir.apps.traffic.models import ImportJob, Location
from comptoir.core.connections.models import LocationLink


def at_rest() -> set[UUID]:
    """Of every chain. Back in operation, what was sold meanwhile is read from the till."""
    closed = Location.objects.exclude(status=Location.OPERATIONAL)
    off = ImportJob.objects.filter(active=False, connection_id__isnull=False)
    links = LocationLink.objects.filter(
        store__isnull=False, connection_id__in=off.values_list("connection_id", flat=True)
    )
    return {*closed.values_list("store_id", flat=True), *links.values_list("store_id", flat=True)}
