"""Budgets: what a location is meant to have on a day (traffic-analytics.md 4.3, 6.1)."""

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from comptoir.kernel.ids import public_id

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


class BudgetChange(models.Model):
    """One edit or file of budgets, so that it can be taken back; `name` is what it was of, `actor` whose it was.

    `moved` has a list [store, date, measure, before, after] for each amount that moved, as text; null for none.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    actor = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    days = models.IntegerField()
    moved = models.JSONField()
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-at"], name="traffic_budget_latest")]

    @property
    def public_id(self) -> str:
        """`bch_…`"""
        return public_id("bch", self.id)
