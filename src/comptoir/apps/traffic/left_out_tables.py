"""Times of a location that the till's figures are left out of, because somebody said so (traffic-analytics.md 2.6)."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q


class LeftOut(models.Model):
    """From `since` (null: ever) until `until`, UTC, nothing of a location is shown that came in by itself.

    `closure`: it was really closed, so neither till nor clock nor counter fills the hole. `removed`: somebody removed
    what an integration had imported; counts and what people typed stay. The ledger keeps its sales either way: they
    belong to the house, and other apps work with them. Taken back, everything is as it was.
    """

    CLOSURE: Final = "closure"
    REMOVED: Final = "removed"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    kind = models.CharField(max_length=8)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField()
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "store_id"], name="traffic_left_out_of_store")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=("closure", "removed")), name="traffic_left_out_kind"),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(since__lt=F("until")), name="traffic_left_out_is_a_time"
            ),
            # One removal of a location stands: pressed again it reaches further.
            models.UniqueConstraint(
                fields=["organisation_id", "store_id"],
                condition=Q(kind="removed", taken_back_at=None),
                name="traffic_removed_once",
            ),
        ]
