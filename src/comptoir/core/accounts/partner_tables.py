"""Tables of partners (loyalty.md 1.1, 2.2): clients of the platform, their requests, their tokens and grants.

They name other tables by their label, so that `models.py` can load them.
"""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.kernel.ids import new_id, public_id


class PartnerClient(models.Model):
    """The maker of a till, as an OAuth client of this installation; it belongs to no organisation.

    `provider` is the connector that reads its orders. `contacts` are the addresses that hear of requests and tokens.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80, unique=True)
    provider = models.CharField(max_length=40)
    client_id = models.CharField(max_length=40, unique=True)
    secret_hash = models.BinaryField()
    redirect_uris = ArrayField(models.CharField(max_length=500), default=list)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    contacts = ArrayField(models.EmailField(max_length=254), default=list)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    @property
    def public_id(self) -> str:
        """`pcl_…`"""
        return public_id("pcl", self.id)


class PartnerRequest(models.Model):
    """An organisation wants this partner's tills connected, for these stores (loyalty.md 2.2, X2–X5)."""

    class State(models.TextChoices):
        """How far it is. Its calls are answered from `token_issued` on; the first order makes it `active`."""

        REQUESTED = "requested"
        APPROVED = "approved"
        TOKEN_ISSUED = "token_issued"  # noqa: S105  (a state)
        ACTIVE = "active"
        DECLINED = "declined"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    client = models.ForeignKey(PartnerClient, on_delete=models.PROTECT)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    store_ids = ArrayField(models.UUIDField(), default=list)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    token_issued_at = models.DateTimeField(null=True)
    first_order_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "client"], name="one_request_per_partner"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-requested_at"], name="partner_request_by_state")]

    @property
    def since(self) -> datetime | None:
        """When it came to be as far as it is."""
        moments = {self.State.TOKEN_ISSUED: self.token_issued_at, self.State.ACTIVE: self.first_order_at}
        decided = self.requested_at if self.state == self.State.REQUESTED else self.decided_at
        return moments.get(self.State(self.state), decided)

    @property
    def public_id(self) -> str:
        """`prq_…`"""
        return public_id("prq", self.id)


class PartnerToken(models.Model):
    """What a partner calls with: the token of a brand (X5), or an access token that OAuth handed out.

    It speaks for one organisation and, of it, for these stores (none: all of them). A token with a `user` is as good
    as the membership of that user, and no better.
    """

    class Kind(models.TextChoices):
        """`brand` is made by the operator and has no end; `access` comes from a grant, `refresh` renews it."""

        BRAND = "brand"
        ACCESS = "access"
        REFRESH = "refresh"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False)
    client = models.ForeignKey(PartnerClient, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    token_hash = models.BinaryField(unique=True)
    start = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=40))
    store_ids = ArrayField(models.UUIDField(), default=list)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="brand", expires_at=None, user=None)
                | models.Q(~models.Q(kind="brand"), expires_at__isnull=False, user__isnull=False),
                name="a_brand_token_has_no_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "client", "-created_at"], name="partner_token_latest")
        ]

    @property
    def public_id(self) -> str:
        """`ptk_…`"""
        return public_id("ptk", self.id)


class PartnerGrant(models.Model):
    """A code that somebody's consent sent to a partner's address; good once, for a few minutes."""

    code_hash = models.BinaryField(primary_key=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE)
    client = models.ForeignKey(PartnerClient, on_delete=models.CASCADE)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE)
    redirect_uri = models.CharField(max_length=500)
    scopes = ArrayField(models.CharField(max_length=40))
    store_ids = ArrayField(models.UUIDField(), default=list)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
