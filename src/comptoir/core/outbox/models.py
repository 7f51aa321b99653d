"""Tables of events and of their way to each app, and to the addresses that customers named."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.connections.sealing import SealedField
from comptoir.kernel.ids import new_id, public_id


class Event(models.Model):
    """Something that happened to a sale; written in the transaction that made it happen."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    sale_id = models.UUIDField()
    revision = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "sale_id", "revision"], name="one_event_per_revision"),
        ]


class Delivery(models.Model):
    """An event that apps have still to handle; the row goes when the handlers' transaction commits.

    `app` is one of them, or all of them with spaces between (`dispatch.py`) as long as none has failed.
    """

    pk = models.CompositePrimaryKey("organisation_id", "event_id", "app")
    organisation_id = models.UUIDField()
    event_id = models.UUIDField()
    app = models.CharField(max_length=400)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    fault = models.TextField(blank=True)

    class Meta:
        # Deliveries of all tenants are claimed together, oldest first: the one index that time leads.
        indexes: ClassVar = [models.Index(fields=["due_at"], name="delivery_due")]


class SetAside(models.Model):
    """An event that came while an app was switched off for its store: kept, and not acted upon."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "app", "event_id")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    app = models.CharField(max_length=40)
    event_id = models.UUIDField()
    at = models.DateTimeField()


class Endpoint(models.Model):
    """An address of a customer's that hears of events. No kinds or no stores named: all of them."""

    class Disabled(models.TextChoices):
        """Why nothing is sent."""

        NOT = ""
        OWNER = "owner"
        GONE = "gone"  # the receiver answered 410
        PAUSED = "paused"  # a message was given up

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation_id = models.UUIDField()
    # Of what it hears, "" being sales; which thing's events (`streams.py`), and whose program it is.
    stream = models.CharField(max_length=40, blank=True)
    topic_id = models.UUIDField(null=True)
    owner_id = models.UUIDField(null=True)
    url = models.TextField()
    description = models.CharField(max_length=200, blank=True)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    store_ids = ArrayField(models.UUIDField(), default=list)
    secret = SealedField()
    previous_secret = SealedField(null=True)
    previous_until = models.DateTimeField(null=True)
    disabled = models.CharField(max_length=10, choices=Disabled.choices, default=Disabled.NOT, blank=True)
    # While it fails: since when, how often in a row nobody answered, and when it is called again.
    failing_since = models.DateTimeField(null=True)
    silences = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "id"], name="endpoints_of_organisation"),
            models.Index(fields=["organisation_id", "stream", "topic_id"], name="endpoints_of_topic"),
        ]

    @property
    def public_id(self) -> str:
        """`whk_…`"""
        return public_id("whk", self.id)


class WebhookDelivery(models.Model):
    """An event on its way to an endpoint, kept with its attempts for people to see."""

    class State(models.TextChoices):
        """What became of it so far."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation_id = models.UUIDField()
    endpoint_id = models.UUIDField()
    event_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    # Where in the schedule it is; a replay begins it anew, while `attempts` goes on counting.
    position = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "endpoint_id", "event_id"], name="one_delivery_per_endpoint"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "endpoint_id", "id"], name="deliveries_of_endpoint"),
            models.Index(fields=["endpoint_id", "due_at"], name="webhook_due", condition=models.Q(state="waiting")),
        ]

    @property
    def public_id(self) -> str:
        """`dlv_…`"""
        return public_id("dlv", self.id)


class Attempt(models.Model):
    """One call, and what was answered: the status, and how the answer begins."""

    pk = models.CompositePrimaryKey("organisation_id", "delivery_id", "number")
    organisation_id = models.UUIDField()
    delivery_id = models.UUIDField()
    number = models.IntegerField()
    at = models.DateTimeField()
    status = models.IntegerField(null=True)
    duration_ms = models.IntegerField()
    answer = models.TextField(blank=True)
    fault = models.TextField(blank=True)
