"""Budgets: what a location is meant to have on a day (traffic-analytics.md 4.3, 6.1)."""

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

MEASURES: Final = ("visitors", "transactions", "sales", "items", "staff_hours")
"""What a budget can be of."""


def _amount() -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=20, decimal_places=6, null=True)


class Budget(models.Model):
    """Of one location and business date; null where none was given. Sales are net, in major units of its currency."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "business_date")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    business_date = models.DateField()
    visitors = _amount()
    transactions = _amount()
    sales = _amount()
    items = _amount()
    staff_hours = _amount()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    *(Q(**{f"{each}__isnull": True}) | Q(**{f"{each}__gte": 0}) for each in MEASURES),
                ),
                name="traffic_budget_not_below_nought",
            ),
        ]
