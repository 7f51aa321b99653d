"""Targets, and how they are spread over days and hours (weekly-balance.md 6)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation


class Budget(models.Model):
    """The target of a department for a date and a measure (section 6), in major units or pieces."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date", "measure")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    measure = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=20, decimal_places=6)


class BudgetShape(models.Model):
    """How a department's targets are spread: percent of a week for each weekday from Monday on, and of a day for each
    hour of the clock; either adds up to 100. `hours` is by hour as text, empty while nobody gave any."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    weekdays = ArrayField(models.DecimalField(max_digits=5, decimal_places=2), size=7)
    hours = models.JSONField(default=dict)
