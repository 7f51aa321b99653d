"""Tables of alerts: when a location is open, what was wrong from when until when, and how somebody hears of it."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

MOST_MAILS: Final = 4
"""At once, after 24 hours, 48 hours later, 7 days later (traffic-analytics.md 6.4)."""


class BusinessHours(models.Model):
    """When a location is open on a weekday (0 Monday), by its own clock; closing before opening is on the next day.

    A location with any row is closed on weekdays without one; without any row its hours are learned from its figures.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "weekday")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    weekday = models.SmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="traffic_hours_of_a_weekday"),
        ]


class BusinessException(models.Model):
    """Other hours on one date; without any it is closed."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "on")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    on = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="traffic_exception_whole",
            ),
        ]


class Alert(models.Model):
    """Something that is wrong with a feed or a figure, or was. `part` tells several of one kind apart: the counter.

    `store_id` is null for an account that feeds several. `mails` were written so far, the latest at `mailed_at`;
    somebody may stop them while it lasts. What comes back within a day is the same alert. `over_mailed_at`: when it was
    written that it is over, which is written once.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=24)
    part = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    mails = models.SmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    over_mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "store_id", "kind", "part"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="traffic_one_open_alert",
            ),
            models.CheckConstraint(
                condition=Q(mails=0, mailed_at__isnull=True) | Q(mails__range=(1, MOST_MAILS), mailed_at__isnull=False),
                name="traffic_alert_mails",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-opened_at"], name="traffic_alert_latest")]


class SilentLimit(models.Model):
    """After how many open hours without a word counters are silent: of a store, a node, or (both null) the chain."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField(null=True)
    node_id = models.UUIDField(null=True)
    hours = models.SmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "store_id", "node_id"], nulls_distinct=False, name="traffic_limit_once"
            ),
            models.CheckConstraint(condition=Q(hours__range=(1, 72)), name="traffic_limit_in_reason"),
            models.CheckConstraint(
                condition=Q(store_id__isnull=True) | Q(node_id__isnull=True), name="traffic_limit_of_one"
            ),
        ]


class AlertReader(models.Model):
    """In which language somebody is written to about alerts; "" is no mail at all, the page shows them all the same."""

    pk = models.CompositePrimaryKey("organisation_id", "user_id")
    organisation_id = models.UUIDField()
    user_id = models.BigIntegerField()
    language = models.CharField(max_length=8, blank=True)
