"""Sums of the hours in which two sides of a ratio are known, as days and weeks keep them (`kpis.Sums` says which)."""

from typing import Any

from django.db import models


def amount() -> "models.DecimalField[Any, Any]":
    """A sum of figures that begins at nothing."""
    return models.DecimalField(max_digits=20, decimal_places=6, default=0)


def number_of_hours() -> "models.SmallIntegerField[Any, Any]":
    """A number of hours: of a week, or of a month at one time of the clock, at the most."""
    return models.SmallIntegerField(default=0)


class MatchedSums(models.Model):
    """`hours_e` are hours whose visitors are estimated, `hours_p` whose staff is planned."""

    x_t = amount()
    s_t = amount()
    t_h = amount()
    h_t = amount()
    s_h = amount()
    x_h = amount()
    hours = number_of_hours()
    hours_t = number_of_hours()
    hours_h = number_of_hours()
    s_c = amount()
    t_o = amount()
    o_t = amount()
    sold = amount()
    hours_c = number_of_hours()
    hours_o = number_of_hours()
    hours_e = number_of_hours()
    hours_p = number_of_hours()

    class Meta:
        abstract = True
