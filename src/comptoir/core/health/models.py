"""Table of incidents: what was wrong, from when until when, and what was written to whom about it."""

from typing import ClassVar

from django.db import models

from comptoir.core.health.causes import Cause, Subject


class Incident(models.Model):
    """Something that is wrong, or was. `part` tells several of one cause apart: the app that fails.

    It is confirmed once it has lasted, gone when it was not found any more, and recovered once it stays away.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    subject = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Subject])
    subject_id = models.UUIDField()
    cause = models.CharField(max_length=40, choices=[(each.value, each.value) for each in Cause])
    part = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    count = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "subject_id", "cause", "part"],
                condition=models.Q(recovered_at__isnull=True),
                name="one_open_incident",
            ),
            models.CheckConstraint(
                condition=models.Q(mailed_at__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="mailed_when_confirmed",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-opened_at"], name="incident_latest")]
