"""The numbers, unrounded decimals in major units; instants are UTC.

A number is decided at one place, `Cell`: one field of one department on one business date. `HourFigure` says which
hours and registers the till's number is made of, and always adds up to it; `TypedHour` those of a person's.
"""

from typing import ClassVar

from django.db import models

from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.core.accounts.models import Organisation


class Day(models.Model):
    """A department's business date: how far it is, who made it final, and its checks when last looked at.

    `revision` counts the restatements of a confirmed day; `imported_from` is when the complete import started that
    covered the whole day after its end, null as long as there is none.
    """

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    state = models.CharField(max_length=12, default=DayState.OPEN)
    revision = models.IntegerField(default=1)
    imported_from = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    failures = models.JSONField(default=list)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state=DayState.CONFIRMED) | models.Q(confirmed_at__isnull=False),
                name="a_confirmed_day_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "business_date"],
                condition=~models.Q(state=DayState.CONFIRMED),
                name="day_not_confirmed",
            ),
        ]


class Cell(models.Model):
    """One number of the balance. `measured` is the till's, `typed` a person's over it; null is not known, not zero."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date", "field_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    measured = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    typed = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    is_approved = models.BooleanField(default=False)
    updated_at = models.DateTimeField()


class HourFigure(models.Model):
    """What one register adds to the till's number of a day in one interval, named by its start (UTC)."""

    pk = models.CompositePrimaryKey(
        "organisation_id", "department_id", "business_date", "field_id", "start", "register_id"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    start = models.DateTimeField()
    register_id = models.CharField(max_length=64, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=6)


class TypedHour(models.Model):
    """A person's number of one interval, named by its start (UTC); the typed number of the day is their sum."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date", "field_id", "start")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    start = models.DateTimeField()
    value = models.DecimalField(max_digits=20, decimal_places=6)
