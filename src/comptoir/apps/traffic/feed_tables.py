"""Tables of counts that arrive by themselves: where they come from, and what became of each file."""

from typing import ClassVar, Final

from django.db import models

from comptoir.core.connections.sealing import SealedField
from comptoir.kernel.ids import public_id


class CountFeed(models.Model):
    """A place that is looked at for counts. `place` holds what its kind needs; its password or key is sealed apart.

    `every` is in minutes. `fault` is why the latest look failed, "" when it did not, `failing_since` since when looks
    do; `read_until` how far a device was read, or until when the updates of a service are known; `unmatched` what it
    tells of that no counter here is; `trusted` the key by which a server was known first; `word` what mails must carry.
    Words of faults are kept in English.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    place = models.JSONField(default=dict)
    secret = SealedField(null=True)
    word = SealedField(null=True)
    active = models.BooleanField(default=True)
    every = models.SmallIntegerField(default=5)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True)
    trusted = models.CharField(max_length=1200, blank=True)
    read_until = models.DateTimeField(null=True)
    unmatched = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "name"], name="traffic_feed_name_once"),
        ]

    @property
    def public_id(self) -> str:
        """`cfd_…`"""
        return public_id("cfd", self.id)


class FeedBefore(models.Model):
    """What a place was before its latest change, so that this one can be undone; `id` is of that change."""

    pk = models.CompositePrimaryKey("organisation_id", "feed_id")
    organisation_id = models.UUIDField()
    feed_id = models.UUIDField()
    id = models.UUIDField()
    name = models.CharField(max_length=120)
    every = models.SmallIntegerField()
    place = models.JSONField()
    secret = SealedField(null=True)
    trusted = models.CharField(max_length=1200, blank=True)
    read_until = models.DateTimeField(null=True)
    unmatched = models.JSONField()
    at = models.DateTimeField()


class CountFile(models.Model):
    """A file that arrived, and what became of it. `origin` is what its place calls it: it is not fetched twice.

    `again`: its content was taken before; `parked`: nothing of it could be taken, `words` and `faults` say why.
    `is_refused`: whoever sent it may not, or sent no file of counts; it was not read at all.
    """

    TAKEN: Final = "taken"
    AGAIN: Final = "again"
    PARKED: Final = "parked"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    feed_id = models.UUIDField()
    origin = models.CharField(max_length=400)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    is_refused = models.BooleanField(default=False)
    words = models.CharField(max_length=300, blank=True)
    rows = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    aside = models.IntegerField(default=0)
    faults = models.JSONField(default=list)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "sha256"], condition=models.Q(state="taken"), name="traffic_file_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "feed_id", "-received_at"], name="traffic_file_latest"),
            models.Index(fields=["organisation_id", "feed_id", "origin"], name="traffic_file_origin"),
        ]

    @property
    def public_id(self) -> str:
        """`cfl_…`"""
        return public_id("cfl", self.id)
