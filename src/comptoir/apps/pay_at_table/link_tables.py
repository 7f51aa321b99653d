"""Tables of the providers' programs: their keys, whom merchants let in, and what a repeated call is answered."""

from enum import StrEnum

from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id


class ProviderKey(models.Model):
    """What a provider's program signs in with; made by the operator, of no organisation. Only the hash is kept.

    `app_id` is the id of its first key: while a key is replaced both are good, and links are the app's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    app_id = models.UUIDField(default=new_id)
    is_test = models.BooleanField(default=False)
    # Networks it may come from, such as 192.0.2.0/24; none named: anywhere.
    networks = models.JSONField(default=list)
    provider = models.CharField(max_length=80)
    contact = models.EmailField(max_length=320, blank=True)
    key_hash = models.BinaryField(unique=True)
    start = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class LinkState(StrEnum):
    """Whether a merchant lets a provider in."""

    WAITING = "waiting"
    LINKED = "linked"
    REFUSED = "refused"


class Link(models.Model):
    """A provider asked for an integration; only once an owner says yes does its key see anything of it."""

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "key_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    key_id = models.UUIDField()
    state = models.CharField(max_length=8, default=LinkState.WAITING)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)


class KeptAnswer(models.Model):
    """What a call was answered under its Idempotency-Key; kept for seven days."""

    pk = models.CompositePrimaryKey("organisation_id", "key_id", "key")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    key_id = models.UUIDField()
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.JSONField()
    at = models.DateTimeField()
