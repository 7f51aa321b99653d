"""Tables of events and of their way to each app."""

from typing import ClassVar

from django.db import models


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
    """An event that an app has still to handle; the row goes when the handler's transaction commits."""

    pk = models.CompositePrimaryKey("organisation_id", "event_id", "app")
    organisation_id = models.UUIDField()
    event_id = models.UUIDField()
    app = models.CharField(max_length=40)
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
