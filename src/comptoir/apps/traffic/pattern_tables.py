"""How many people a location usually has at work, as somebody typed it: a fallback where no clock tells (3.2)."""

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

HOURS_OF_A_WEEK: Final = 7 * 24


class StaffPattern(models.Model):
    """Staff hours of each hour of a usual week, from a business date on, until the next pattern of the store begins.

    `hours` are 168: by weekday of the business day (0 Monday) and hour of the clock. A weekday of noughts says nothing
    of that day. Replaced or deleted, a row stays as history: `withdrawn_at`.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    since = models.DateField()
    hours = ArrayField(models.DecimalField(max_digits=5, decimal_places=2))
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "store_id", "since"],
                condition=Q(withdrawn_at__isnull=True),
                name="traffic_pattern_once",
            ),
            models.CheckConstraint(condition=Q(hours__len=HOURS_OF_A_WEEK), name="traffic_pattern_is_a_week"),
            models.CheckConstraint(
                condition=RawSQL("0 <= ALL (hours)", (), output_field=models.BooleanField()),
                name="traffic_pattern_not_negative",
            ),
        ]
