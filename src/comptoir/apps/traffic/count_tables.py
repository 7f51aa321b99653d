"""Tables of counting: counters, what they counted, and rows of files that name nobody yet."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models


class Counter(models.Model):
    """One sensor or virtual line of a location; only entrances feed visitors.

    `counts` and `factor` are how it counts before the first of its `rules`, which `counter_rules.py` reads.
    `heard_at` is how far it has told of: the end of its latest count, whenever that arrived.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    name = models.CharField(max_length=120)
    serial = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, default="entrance")
    counts = models.CharField(max_length=8, default="in")
    factor = models.DecimalField(max_digits=6, decimal_places=4, default=1)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    rules: tuple["CounterRule", ...] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "serial"], condition=~models.Q(serial=""), name="traffic_counter_serial_once"
            ),
            models.UniqueConstraint(fields=["organisation_id", "store_id", "name"], name="traffic_counter_name_once"),
        ]

    def way_on(self, day: date) -> tuple[str, Decimal]:
        """What it counts on a business date, and times what."""
        held = [each for each in self.rules if each.since <= day]
        return (held[-1].counts, held[-1].factor) if held else (self.counts, self.factor)


class CounterRule(models.Model):
    """How a counter counts from a business date on, until the next one: `counts` is who comes in, or both ways by two;
    `factor` corrects it."""

    pk = models.CompositePrimaryKey("organisation_id", "counter_id", "since")
    organisation_id = models.UUIDField()
    counter_id = models.UUIDField()
    since = models.DateField()
    counts = models.CharField(max_length=8)
    factor = models.DecimalField(max_digits=6, decimal_places=4)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(counts__in=("in", "both"), factor__gt=0), name="traffic_counter_rule_counts"
            ),
        ]


class Count(models.Model):
    """How many went in and out at a counter within some minutes; told again, the latest holds."""

    pk = models.CompositePrimaryKey("organisation_id", "counter_id", "start", "minutes")
    organisation_id = models.UUIDField()
    counter_id = models.UUIDField()
    start = models.DateTimeField()
    minutes = models.SmallIntegerField()
    went_in = models.DecimalField(max_digits=12, decimal_places=2)
    went_out = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    source = models.CharField(max_length=16)
    received_at = models.DateTimeField()


class RunningTotal(models.Model):
    """A reading of a counter that only ever counts up; what came in between two of them is a count."""

    pk = models.CompositePrimaryKey("organisation_id", "counter_id", "at")
    organisation_id = models.UUIDField()
    counter_id = models.UUIDField()
    at = models.DateTimeField()
    went_in = models.DecimalField(max_digits=14, decimal_places=2)
    went_out = models.DecimalField(max_digits=14, decimal_places=2, null=True)


class Filling(models.Model):
    """A day of a store whose hours that no counter told of somebody wants filled by what is usual."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "business_date")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    business_date = models.DateField()
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()


class SetAside(models.Model):
    """A row of a file for a location that is not known yet: kept a month, taken when it appears (TA-28)."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    matching_id = models.CharField(max_length=64)
    row = models.JSONField()
    kept_until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "matching_id"], name="traffic_aside")]
