"""Tables of organisations, stores, people and API tokens."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts import (  # noqa: F401  (tables of their own files)
    house_tables,
    partner_tables,
    reach_tables,
    tree_tables,
    visit_tables,
)
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.slugs import LONGEST as LONGEST_SLUG
from comptoir.core.accounts.slugs import StoreSlugField
from comptoir.kernel.ids import new_id, public_id

HOUSE: Final = UUID(int=0)
"""The installation itself, as whose row its own records stand; it is no tenant (`house.py`)."""


class Tenants(models.Manager["Organisation"]):
    """Every organisation but the installation itself."""

    def get_queryset(self) -> models.QuerySet["Organisation"]:
        """Without the row of the house."""
        return super().get_queryset().exclude(id=HOUSE)


class Organisation(models.Model):
    """The tenant. `is_sandbox`: nobody sells there; partners try their calls out (loyalty.md 3.1)."""

    objects = Tenants()
    everything: ClassVar[models.Manager["Organisation"]] = models.Manager()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    is_sandbox = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    @property
    def public_id(self) -> str:
        """`org_…`"""
        return public_id("org", self.id)


class Store(models.Model):
    """One place of sale. `day_start` is the local time at which its trading day begins; `address` is one line.

    `slug` is what a partner's till calls it; the database lets nobody change it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    slug = StoreSlugField(max_length=LONGEST_SLUG, unique=True, editable=False)
    timezone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    address = models.CharField(max_length=300, blank=True, db_default="")
    day_start = models.TimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="store_name_once"),
            # What a row elsewhere refers to when it names a store of its own organisation.
            models.UniqueConstraint(fields=["organisation", "id"], name="store_of_its_organisation"),
        ]

    @property
    def public_id(self) -> str:
        """`sto_…`"""
        return public_id("sto", self.id)


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a hashed password; the address is kept as typed, a `+tag` included."""
        user = User(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in by e-mail. `language` is what they read, "" while they said nothing."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True, db_default="")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    organisations = models.ManyToManyField(Organisation, through="Membership")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def mail_language(self) -> str:
        """In which mails are written to them: their own, else the installation's."""
        return self.language or settings.LANGUAGE_CODE


class Membership(models.Model):
    """What a person may do in an organisation: in all its stores, those to come included, or in those that were given.

    By store (`MembershipStore`) and by node of the tree (`MembershipNode`); `reach.py` says what that makes.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role])
    all_stores = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_person"),
            models.UniqueConstraint(fields=["organisation", "id"], name="membership_of_its_organisation"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.OWNER) | models.Q(all_stores=True), name="owner_of_all_stores"
            ),
        ]


class MembershipStore(models.Model):
    """A store that was chosen for a member. Membership and store are of this organisation: the database sees to it."""

    pk = models.CompositePrimaryKey("organisation_id", "membership_id", "store_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="chosen"
    )
    store = models.ForeignKey(Store, on_delete=models.CASCADE, db_constraint=False)


class Invitation(models.Model):
    """Somebody was asked by e-mail to work here. The key in the link is kept as its hash and works once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    email = models.EmailField(max_length=320)
    role = models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role])
    all_stores = models.BooleanField(default=True)
    store_ids = ArrayField(models.UUIDField(), default=list)
    language = models.CharField(max_length=8)
    token_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invited_once_at_a_time",
            ),
            models.UniqueConstraint(fields=["organisation", "id"], name="invitation_of_its_organisation"),
        ]


class ApiToken(models.Model):
    """A bearer token for the platform API: its hash, what it may do, and for which organisations."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    token_hash = models.BinaryField(unique=True)
    start = models.CharField(max_length=12, blank=True)
    scopes = ArrayField(models.CharField(max_length=40))
    organisations = models.ManyToManyField(Organisation)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    @property
    def public_id(self) -> str:
        """`tok_…`"""
        return public_id("tok", self.id)

    def organisation_ids(self) -> set[UUID]:
        """The organisations this token may speak for."""
        return set(self.organisations.values_list("id", flat=True))
