"""Tables of connections. The connector is a plain slug checked against the registry: a new one needs no migration."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.connections.sealing import SealedField
from comptoir.kernel.ids import new_id, public_id


class Connection(models.Model):
    """A consent somebody gave us for one vendor account. Tokens are sealed; expiry is UTC."""

    class Status(models.TextChoices):
        """Whether the vendor still accepts us."""

        CONNECTED = "connected"
        RECONNECT = "reconnect"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    provider = models.CharField(max_length=40)
    account_name = models.CharField(max_length=120, blank=True)
    # The account's own part of its vendor's host, where each has one (`Endpoints.at`).
    domain = models.CharField(max_length=63, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CONNECTED)
    status_since = models.DateTimeField()
    status_reason = models.TextField(blank=True)
    access_token = SealedField()
    refresh_token = SealedField()
    access_expires_at = models.DateTimeField()
    # What was granted, as the vendor spells it; empty where it does not say (`grants.py`).
    scopes = ArrayField(models.CharField(max_length=100), default=list, db_default=[])
    # When the tokens are renewed although nobody needs them, lest the refresh token dies unused (null: now).
    keep_alive_at = models.DateTimeField(null=True)
    # When the vendor is asked whether it accepts us (again), after it refused a call; null: no need, or no hope.
    probe_at = models.DateTimeField(null=True)
    # The store's door at which the vendor tells of sales, where it has to be asked to (`listening.py`).
    listening_door = models.UUIDField(null=True)
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "provider"])]

    GIVEN_BACK: ClassVar = "revoked by its owner"
    """Why it is not connected, where somebody here gave the consent back: that is no trouble."""

    @property
    def public_id(self) -> str:
        """`con_…`"""
        return public_id("con", self.id)

    @property
    def is_given_back(self) -> bool:
        """Whether the consent was given back on purpose and nobody has signed in since."""
        return self.status == Connection.Status.RECONNECT and self.status_reason == Connection.GIVEN_BACK


class CallBudget(models.Model):
    """How often one account was asked lately, for all processes together; instants in seconds since 1970 (`turns.py`).

    The table is not logged: a crash empties it, and nothing is lost but a second's count. So its key is no reference.
    """

    pk = models.CompositePrimaryKey("organisation_id", "connection_id")
    organisation_id = models.UUIDField()
    connection_id = models.UUIDField()
    taken = ArrayField(models.FloatField(), default=list, db_default=[])
    live_until = models.FloatField(default=0, db_default=0)
    paused_until = models.FloatField(default=0, db_default=0)
    slowed_until = models.FloatField(default=0, db_default=0)
    wait = models.FloatField(default=0, db_default=0)


class LocationLink(models.Model):
    """A vendor's location as this connection sees it, and the store it feeds (none yet: unlinked)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="locations")
    provider = models.CharField(max_length=40)
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    business_name = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=64)
    country = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=300, blank=True, db_default="")
    day_start = models.TimeField(null=True)
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "connection", "external_id"], name="location_once_per_connection"
            ),
            # The shared doors route by this alone, so a location feeds one store of one organisation.
            models.UniqueConstraint(
                fields=["provider", "external_id"],
                condition=models.Q(store__isnull=False),
                name="location_feeds_one_store",
            ),
        ]


class ConsentLink(models.Model):
    """An account holder who has no user here was asked by mail to let a till be connected.

    The key in the link is kept as its hash; one consent uses it up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    provider = models.CharField(max_length=40)
    email = models.EmailField(max_length=320)
    language = models.CharField(max_length=8)
    token_hash = models.BinaryField(unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ConsentAttempt(models.Model):
    """A journey to the vendor's consent page that has not come back yet; used once, or forgotten.

    It is a user's or a link's.
    """

    state_hash = models.BinaryField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)
    link = models.ForeignKey(ConsentLink, null=True, on_delete=models.CASCADE)
    provider = models.CharField(max_length=40)
    connection = models.ForeignKey(Connection, null=True, on_delete=models.CASCADE)
    code_verifier = SealedField()
    expires_at = models.DateTimeField()


class WebhookAddress(models.Model):
    """A door of our own for one store: the token in its path is sealed for showing and hashed for finding."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    provider = models.CharField(max_length=40)
    token = SealedField()
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "store", "provider"], name="one_address_per_store"),
        ]
