"""The table of plan lines; its key leads with the organisation."""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation


class Period(StrEnum):
    """How often a plan line is due."""

    MONTHLY = "monthly"
    YEARLY = "yearly"


class PlanLine(models.Model):
    """The subscription of one integration: tried, chosen, and until when it holds. No money moves here.

    `period` is "" while it is only tried; `price` is for one period, in minor units of `currency`, as it was when it
    was chosen. `ends_at` is None while it goes on by itself. `warned` is how many days before its end was told last.
    """

    pk = models.CompositePrimaryKey("organisation_id", "integration_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    period = models.CharField(max_length=8, blank=True)
    price = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    began_at = models.DateTimeField()
    trial_until = models.DateTimeField()
    chosen_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    warned = models.SmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(period="", price=0, ends_at__isnull=False)
                | models.Q(period__in=list(Period), price__gt=0, chosen_at__isnull=False),
                name="table_plan_line_tried_or_chosen",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="table_plan_lines_by_end")]
