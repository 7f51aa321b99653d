"""Tables of the inbox and of imports."""

from typing import ClassVar, Final

from django.db import models

from comptoir.core.connections.sealing import SealedField
from comptoir.core.intake.packing import PackedField
from comptoir.kernel.ids import public_id

NEXT_NUMBER: Final = models.Func(
    models.Value("intake_notification_number"), function="nextval", output_field=models.BigIntegerField()
)


class Notification(models.Model):
    """A body as it came in at a door, and what became of it.

    `organisation_id` is null until the body is routed; such rows are the operator's alone. Copies of one body within a
    minute are one row, counted. Sorted by `id`, a running number: bodies are processed in order of arrival. The table
    is partitioned by day (`partitions.py`), so every unique key holds `received_minute`; name the organisation beside
    an id, since no index leads with the id alone.
    """

    class Outcome(models.TextChoices):
        """What became of a notification; the empty string means not processed yet."""

        RECORDED = "recorded"
        UNCHANGED = "unchanged"
        UNVERIFIED = "unverified"
        CONFIRMED = "confirmed"
        UNLINKED = "unlinked"
        PARKED = "parked"

    pk = models.CompositePrimaryKey("received_minute", "id")
    id = models.BigIntegerField(db_default=NEXT_NUMBER)
    organisation_id = models.UUIDField(null=True)
    store_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=40)
    door = models.CharField(max_length=60)
    verified = models.BooleanField()
    body = PackedField()
    body_hash = models.BinaryField()
    headers = models.JSONField(default=dict)
    copies = models.IntegerField(default=1)
    received_at = models.DateTimeField()
    received_minute = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, choices=Outcome.choices)
    location_id = models.CharField(max_length=64, blank=True)
    delivery = models.CharField(max_length=120, blank=True)
    sale_id = models.UUIDField(null=True)
    fault_path = models.CharField(max_length=200, blank=True)
    fault = models.TextField(blank=True)
    taken_for_store = models.BooleanField(default=False)
    # Of an unverified one: how often the till's books were searched for it, when last, and when next (null: no more).
    tries = models.SmallIntegerField(default=0, db_default=0)
    tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["door", "body_hash", "received_minute"], name="body_once_a_minute"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(processed_at__isnull=True), name="notification_waiting"),
            models.Index(fields=["organisation_id", "-id"], name="notification_by_tenant"),
            models.Index(
                fields=["organisation_id", "-id"], condition=models.Q(outcome="parked"), name="notification_parked"
            ),
            models.Index(
                fields=["provider", "location_id", "-id"],
                condition=models.Q(outcome="unlinked"),
                name="notification_unlinked",
            ),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="notification_due"),
            models.Index(
                fields=["store_id", "tried_at"],
                condition=models.Q(tried_at__isnull=False),
                name="notification_tried",
            ),
        ]


class UnlinkedLocation(models.Model):
    """A location that feeds no store and sent more than is kept: how much was let go. The operator's alone."""

    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    let_go = models.BigIntegerField()
    first_at = models.DateTimeField()
    latest_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "location_id"], name="unlinked_location_once"),
        ]


class ReplayRun(models.Model):
    """A range of an organisation's notifications being read again, up to the id `upto`; the cursor is an id."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    selection = models.JSONField()
    upto = models.BigIntegerField()
    cursor = models.BigIntegerField(default=0)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-started_at"], name="replay_run_latest")]


class Erasure(models.Model):
    """A person to be erased from the bodies up to the id `upto`; what names him is sealed, and forgotten at the end."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    marks = SealedField(null=True)
    upto = models.BigIntegerField()
    cursor = models.BigIntegerField(default=0)
    bodies = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(finished_at=None), name="erasure_unfinished"),
        ]


class BookReading(models.Model):
    """How far the books of a linked location are read without anybody asking, and whether its till speaks by itself.

    Everything closed before `read_until` was read once; `heard_at` is when the till's latest own notification came.
    `mark` is how far changes of any age are read, in the words of a vendor that tells them.
    """

    pk = models.CompositePrimaryKey("organisation_id", "location_link_id")
    organisation_id = models.UUIDField()
    location_link_id = models.UUIDField()
    read_until = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    long_due_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=200, blank=True)
    faults = models.SmallIntegerField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="book_reading_due")]


class ClockReading(models.Model):
    """When the time clock of a linked location is read again: its latest days, its week, its month, its year.

    `year_due_at` is null for a location that was linked before there was such a sweep: it is due.
    `not_provided` is the vendor's reason why it cannot be read at all; "" where it can.
    """

    pk = models.CompositePrimaryKey("organisation_id", "location_link_id")
    organisation_id = models.UUIDField()
    location_link_id = models.UUIDField()
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    week_due_at = models.DateTimeField()
    month_due_at = models.DateTimeField()
    year_due_at = models.DateTimeField(null=True)
    faults = models.SmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    not_provided = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="clock_reading_due")]


class ImportSchedule(models.Model):
    """Imports of a store that begin by themselves, at a time of its own clock; `due_at` is the next one (UTC).

    A daily one reads `days` business days, today's included; the others go on at `read_until`. It reads every shop that
    feeds the store, or with a `connection_id` those of that account alone.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    connection_id = models.UUIDField(null=True)
    rhythm = models.CharField(max_length=16)
    start = models.TimeField()
    days = models.SmallIntegerField(default=2)
    active = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    read_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(active=True), name="import_schedule_due"),
        ]

    @property
    def public_id(self) -> str:
        """`sch_…`"""
        return public_id("sch", self.id)


class ScheduledRun(models.Model):
    """One run of a schedule: when it was due, when it began, and its import or why there was none."""

    pk = models.CompositePrimaryKey("organisation_id", "schedule_id", "slot")
    organisation_id = models.UUIDField()
    schedule_id = models.UUIDField()
    slot = models.DateTimeField()
    began_at = models.DateTimeField()
    missed = models.SmallIntegerField(default=0)
    skipped = models.CharField(max_length=16, blank=True)
    run_id = models.UUIDField(null=True)


class ImportRun(models.Model):
    """One import of a store's sales between two instants (UTC), read window by window; `schedule_id` began it, if any.

    What was read is counted here as well as in the windows. Since it was last set going (`going_since`), it has come
    from `share_then` of its time and from `read_then` sales: its rate and its remaining time follow from these.
    """

    class State(models.TextChoices):
        """Where an import is."""

        RUNNING = "running"
        PAUSED = "paused"
        CANCELLED = "cancelled"
        DONE = "done"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    connection_id = models.UUIDField()
    location_link_id = models.UUIDField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    sales_read = models.IntegerField(default=0)
    sales_changed = models.IntegerField(default=0)
    fault = models.TextField(blank=True)
    started_at = models.DateTimeField()
    going_since = models.DateTimeField()
    share_then = models.FloatField(default=0)
    read_then = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    schedule_id = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "-started_at"], name="import_run_latest"),
            models.Index(
                fields=["organisation_id", "schedule_id"],
                condition=models.Q(schedule_id__isnull=False),
                name="import_run_of_schedule",
            ),
            models.Index(
                fields=["organisation_id", "connection_id"],
                condition=models.Q(state="running"),
                name="import_run_running",
            ),
        ]


class ImportWindow(models.Model):
    """One piece of an import, read in one go; the cursor is committed with the sales it led to.

    Everything closed before `reached_at` was read. After a fault it is tried again at `due_at`, `attempts` times.
    """

    class State(models.TextChoices):
        """Where a window is; `known` was read by an earlier import."""

        WAITING = "waiting"
        READING = "reading"
        DONE = "done"
        KNOWN = "known"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("organisation_id", "run_id", "number")
    organisation_id = models.UUIDField()
    run_id = models.UUIDField()
    number = models.SmallIntegerField()
    location_link_id = models.UUIDField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    cursor = models.CharField(max_length=200, blank=True)
    sales_read = models.IntegerField(default=0)
    sales_changed = models.IntegerField(default=0)
    reached_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    fault = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation_id", "run_id", "due_at"],
                condition=models.Q(state__in=("waiting", "reading")),
                name="import_window_open",
            ),
            models.Index(
                fields=["organisation_id", "location_link_id", "start"],
                condition=models.Q(state="done"),
                name="import_window_done",
            ),
        ]
