"""Weeks of a store, added up: what a question of a year reads instead of its days, or of its hours.

A week is from Monday to Sunday, or that part of it that lies in one month: so months, quarters and years are made of
whole ones too.
"""

from typing import Any

from django.db import models


def _amount() -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=20, decimal_places=6, default=0)


class WeekSums(models.Model):
    """The columns of `kpis.Sums`. `since` is the first of its days."""

    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    since = models.DateField()
    visitors = _amount()
    transactions = _amount()
    sales = _amount()
    items = _amount()
    returned = _amount()
    staff_hours = _amount()
    x_t = _amount()
    s_t = _amount()
    t_h = _amount()
    h_t = _amount()
    s_h = _amount()
    x_h = _amount()
    hours = models.IntegerField(default=0)
    hours_t = models.IntegerField(default=0)
    hours_h = models.IntegerField(default=0)
    labour_cost = _amount()
    s_c = _amount()
    t_o = _amount()
    o_t = _amount()
    sold = _amount()
    hours_c = models.IntegerField(default=0)
    hours_o = models.IntegerField(default=0)
    hours_e = models.IntegerField(default=0)
    hours_p = models.IntegerField(default=0)

    class Meta:
        abstract = True


class Week(WeekSums):
    """The days of one store in one week."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "since")


class WeekClock(WeekSums):
    """Its hours that begin at one time of the store's clock, a repeated one included.

    `in_business`: those that lie in the typed business hours, or of which nobody typed any.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "since", "clock", "in_business")
    clock = models.TimeField()
    in_business = models.BooleanField()
