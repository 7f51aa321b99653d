"""What an hour of work costs, as somebody typed it: no till tells (traffic-analytics.md 4, labour cost)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Wage(models.Model):
    """The mean cost of an hour of work from a business date on, in major units of `currency`.

    Of one store, or of a node of the tree, or (both null) of the whole chain; the nearest holds.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField(null=True)
    node_id = models.UUIDField(null=True)
    since = models.DateField()
    per_hour = models.DecimalField(max_digits=12, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "store_id", "node_id", "currency", "since"],
                nulls_distinct=False,
                name="traffic_wage_once",
            ),
            models.CheckConstraint(condition=Q(per_hour__gt=0), name="traffic_wage_is_something"),
            models.CheckConstraint(
                condition=Q(store_id__isnull=True) | Q(node_id__isnull=True), name="traffic_wage_of_one"
            ),
        ]
