"""Tables of what providers are told. Every key leads with the organisation."""

from typing import ClassVar

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import public_id


class ProviderEvent(models.Model):
    """Something that happened; `number` is given by the database at the commit, without a gap for each integration."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField()
    integration_id = models.UUIDField()
    number = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    about = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "integration_id", "number"], name="table_event_number_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="table_events_by_age")]

    @property
    def public_id(self) -> str:
        """`evt_…`"""
        return public_id("evt", self.id)


class EventCounter(models.Model):
    """The last number given to an event of an integration."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    last = models.BigIntegerField()
