"""Weeks of a store, added up: what a question of a year reads instead of its days, or of its hours.

A week is from Monday to Sunday, or that part of it that lies in one month: so months, quarters and years are made of
whole ones too. Weekdays by the hour are no sums of weeks: they are kept by the month.
"""

from django.db import models

from comptoir.apps.traffic.matched_sums import MatchedSums, amount, number_of_hours


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


class MonthClock(models.Model):
    """The hours of one store in one month that lie on one weekday and begin at one time of its clock.

    `since` is the first such weekday of the month, and so says both. Of the sums those that are shown by weekday and
    hour (`summing.OF_A_CLOCK`). `in_business` as above.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "since", "clock", "in_business")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    since = models.DateField()
    clock = models.TimeField()
    in_business = models.BooleanField()
    visitors = amount()
    transactions = amount()
    sales = amount()
    staff_hours = amount()
    x_t = amount()
    hours = number_of_hours()
    hours_t = number_of_hours()
    hours_h = number_of_hours()
