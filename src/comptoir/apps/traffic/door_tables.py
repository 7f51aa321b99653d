"""Tables of the doors through which counters send their counts, signed."""

from typing import ClassVar

from django.db import models

from comptoir.core.connections.sealing import SealedField
from comptoir.kernel.ids import public_id


class CountDoor(models.Model):
    """An address that takes counts signed with its secret. While the secret is replaced, the one before holds too."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    name = models.CharField(max_length=120)
    secret = SealedField()
    previous_secret = SealedField(null=True)
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "name"], name="traffic_door_name_once"),
        ]
        # Whose a message is stands in its address alone.
        indexes: ClassVar = [models.Index(fields=["id"], name="traffic_door_by_address")]

    @property
    def public_id(self) -> str:
        """`tdr_…`"""
        return public_id("tdr", self.id)


class DoorMessage(models.Model):
    """A message that was taken, by the id its sender gave it, and the answer: told again, the answer is the same."""

    pk = models.CompositePrimaryKey("organisation_id", "door_id", "message_id")
    organisation_id = models.UUIDField()
    door_id = models.UUIDField()
    message_id = models.CharField(max_length=256)
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at"], name="traffic_door_message_old")]
