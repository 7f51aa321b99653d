"""Tables of traffic: locations, what was counted, and figures by the hour and by the day.

Money is in major units of the store's currency, unrounded; hours are UTC instants at which a local hour begins.
"""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from comptoir.apps.traffic import (  # noqa: F401  (tables of their own files)
    alert_tables,
    budget_tables,
    count_tables,
    door_tables,
    export_tables,
    feed_tables,
    job_tables,
    left_out_tables,
    pattern_tables,
    wage_tables,
    week_tables,
)
from comptoir.apps.traffic.matched_sums import MatchedSums


class Settings(models.Model):
    """How a chain counts. `week_starts_on`: 0 Monday, 6 Sunday; `web_store`: orders of the web store count too.

    `day_parts`: one a line, as `day_parts.py` reads them; "" is the usual ones. `fill_missing`: hours that a counter
    did not tell of are estimated (`filling.py`).
    """

    organisation_id = models.UUIDField(primary_key=True)
    with_tax = models.BooleanField(default=False)
    week_starts_on = models.SmallIntegerField(default=0)
    subtract_returns = models.BooleanField(default=False)
    transactions = models.CharField(max_length=16, default="sales")
    measured_wins = models.BooleanField(default=False)
    web_store = models.BooleanField(default=False)
    day_parts = models.CharField(max_length=1000, blank=True)
    fill_missing = models.BooleanField(default=False)


class Location(models.Model):
    """A store as a location of the chain. `matching_id` is what ids are compared by, "" while it has none.

    `staff_off`: whether those who work there are taken off its visitors: "" not, `fixed` so many `staff_passes` a day,
    `sensor` as its counters of staff tell.

    Out of operation it rests since `resting_since`; `is_closure`: it is really closed, and nothing of that time is
    filled on return.
    """

    OPERATIONAL: Final = "operational"
    """The one status in which its shops are read."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    location_id = models.CharField(max_length=64, blank=True)
    mask = models.CharField(max_length=8, blank=True)
    matching_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=24, default=OPERATIONAL)
    status_since = models.DateTimeField()
    resting_since = models.DateTimeField(null=True)
    is_closure = models.BooleanField(default=False)
    category = models.CharField(max_length=60, blank=True)
    target_conversion = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    target_star = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    staff_off = models.CharField(max_length=8, blank=True)
    staff_passes = models.DecimalField(max_digits=7, decimal_places=2, null=True)

    class Meta:
        constraints: ClassVar = [
            # 001 and 0001 are one id: the second is refused (TA-03).
            models.UniqueConstraint(
                fields=["organisation_id", "matching_id"],
                condition=~Q(matching_id=""),
                name="traffic_location_id_once",
            ),
        ]


class ImportJob(models.Model):
    """What the chain calls one feed from a till: its label, its connection, and when it reads.

    `node_id`: its scope is this owned chain, and its shops feed no location of another; null, it feeds any location.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    label = models.CharField(max_length=120)
    node_id = models.UUIDField(null=True)
    connection_id = models.UUIDField(null=True)
    rhythm = models.CharField(max_length=16, default="hourly")
    start = models.TimeField()
    active = models.BooleanField(default=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "label"], name="traffic_job_label_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "connection_id"],
                condition=Q(connection_id__isnull=False),
                name="traffic_job_per_connection",
            ),
        ]


class EditRight(models.Model):
    """Somebody may edit data by hand although his role alone would not let him: at one node, or everywhere (null)."""

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.UUIDField()
    user_id = models.BigIntegerField()
    node_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "user_id", "node_id"], nulls_distinct=False, name="traffic_edit_right_once"
            ),
        ]


class Tailored(models.Model):
    """A figure that somebody corrected; the measured one stays beside it. Taken back, it is kept as history."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    hour = models.DateTimeField()
    business_date = models.DateField()
    kind = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=20, decimal_places=6)
    measured = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "store_id", "hour", "kind"],
                condition=Q(withdrawn_at=None),
                name="traffic_tailored_once",
            ),
        ]


class Figures(models.Model):
    """What hours and days have in common."""

    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    business_date = models.DateField()
    visitors = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    went_out = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    transactions = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    return_receipts = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    sales = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    gross = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    discounts = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    returns = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    items = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    returned = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    staff_hours = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    labour_cost = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    revision = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


class Hour(Figures):
    """One local hour of one store: what is shown, tailored values in place. `tailored` names the kinds that are.

    `groups`: parties that came in, where a sensor counts them. `open_hours`: how much of it lies in the typed business
    hours, from 0 to 1; null where nobody typed any.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "hour")
    hour = models.DateTimeField()
    groups = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    traffic_status = models.CharField(max_length=12, default="missing")
    staff_status = models.CharField(max_length=16, default="missing")
    tailored = models.CharField(max_length=80, blank=True)
    open_hours = models.DecimalField(max_digits=8, decimal_places=6, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "store_id", "business_date"], name="traffic_hour_by_day"),
            models.Index(
                fields=["organisation_id", "store_id"],
                condition=Q(staff_status="open"),
                name="traffic_hour_open",
            ),
        ]


class Day(MatchedSums, Figures):
    """One business day of one store: sums of its hours, and of those in which two sides of a ratio are known.

    `above_usual` are hours that counted implausibly many.
    `ledger_revision` is the revision of the trading day that it was made from, 0 for none; `AGAIN` has it made anew
    although nothing moved in the ledger.
    """

    AGAIN: Final = -1

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "business_date")
    above_usual = models.SmallIntegerField(default=0)
    tailored_hours = models.SmallIntegerField(default=0)
    ledger_revision = models.IntegerField(default=0)


class Change(models.Model):
    """A figure of an hour that moved after its day was over. `cause` is one of `late_changes`, "" of old rows."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    hour = models.DateTimeField()
    business_date = models.DateField()
    kind = models.CharField(max_length=16)
    old = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    new = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    seen_at = models.DateTimeField()
    cause = models.CharField(max_length=12, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-seen_at"], name="traffic_change_latest")]


class ReportMail(models.Model):
    """A report that goes to somebody by mail at a time of the chain's clock.

    Of chosen stores (`store_ids`), of those in a level of the tree when it goes (`node_id`), or of all that are seen.
    `asked` are its parameters, as its page's address says them (`parameters.scheduled`).
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    user_id = models.BigIntegerField()
    report = models.CharField(max_length=16, default="summary")
    rhythm = models.CharField(max_length=8)
    hour = models.SmallIntegerField(default=7)
    language = models.CharField(max_length=8)
    store_ids = models.JSONField(null=True)
    node_id = models.UUIDField(null=True)
    asked = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
