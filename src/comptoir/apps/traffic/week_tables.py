"""Weeks of a store, added up: what a question of a year reads instead of its days, or of its hours.

A week is from Monday to Sunday, or that part of it that lies in one month: so months, quarters and years are made of
whole ones too.
"""

from django.db import models

from comptoir.apps.traffic.matched_sums import MatchedSums, amount


class WeekSums(MatchedSums):
    """The columns of `kpis.Sums`. `since` is the first of its days."""

    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    since = models.DateField()
    visitors = amount()
    transactions = amount()
    sales = amount()
    items = amount()
    returned = amount()
    staff_hours = amount()
    labour_cost = amount()

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
