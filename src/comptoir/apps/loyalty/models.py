"""Tables of loyalty. Amounts are minor units of the row's currency; instants are UTC; a sale is quoted by its id.

Composite foreign keys and the trigger that keeps entries as they are stand in the first migration.
"""

from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.apps.loyalty import (  # noqa: F401  (tables of their own files)
    bonuses,
    devices,
    holdings,
    idempotency,
    partner_tables,
    persons,
)
from comptoir.apps.loyalty.points import Basis, Rounding, Rule
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id
from comptoir.kernel.money import Money


class Programme(models.Model):
    """One version of an organisation's programme; a version never changes, a change is the next version.

    `most_…` limit what is given: to one sale, to one member in a day and in a month, and the balance of a member; null
    is no limit. `expiry` and the months are those of `expiry/rules.py`.
    """

    pk = models.CompositePrimaryKey("organisation_id", "version")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    version = models.IntegerField()
    rate_points = models.IntegerField()
    rate_minor = models.IntegerField()
    minimum_order = models.BigIntegerField()
    rounding = models.CharField(max_length=8)
    basis = models.CharField(max_length=12, default=Basis.WITH_TAX)
    most_per_sale = models.BigIntegerField(null=True)
    most_per_day = models.BigIntegerField(null=True)
    most_per_month = models.BigIntegerField(null=True)
    most_held = models.BigIntegerField(null=True)
    stops_at_zero = models.BooleanField(default=False)
    reinstates_rewards = models.BooleanField(default=True)
    reward_months = models.IntegerField(default=12)
    expiry = models.CharField(max_length=16, default="never")
    expiry_months = models.IntegerField(default=12)
    effective_from = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(rate_points__gte=0, rate_minor__gt=0, minimum_order__gte=0),
                name="programme_rate_is_one",
            ),
        ]

    @cached_property
    def rule(self) -> Rule:
        """The earn rule as plain data."""
        return Rule(
            version=self.version,
            rate_points=self.rate_points,
            rate_minor=self.rate_minor,
            minimum_order=self.minimum_order,
            rounding=Rounding(self.rounding),
            basis=Basis(self.basis),
            most_per_sale=self.most_per_sale,
        )


class Member(models.Model):
    """A customer of the programme, known by a mobile number (E.164) within one organisation.

    Being a member is no consent to marketing: `sms_consent` and `email_consent` repeat what the consent records say, so
    that lists can be filtered. The balance is not here: it is the sum of the entries. `erased_at`: who it was is gone,
    what was earned and spent stays. `merged_into`: another member took over what this one had.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    phone = models.CharField(max_length=16, blank=True)
    store_id = models.UUIDField()
    enrolled_at = models.DateTimeField()
    enrolled_by = models.CharField(max_length=64, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=254, blank=True)
    gender = models.CharField(max_length=12, blank=True)
    birthday = models.DateField(null=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    source = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    receives_sms = models.BooleanField(default=True)
    sms_consent = models.BooleanField(default=False)
    email_consent = models.BooleanField(default=False)
    pin = models.CharField(max_length=128, blank=True)  # a hash
    paused_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    merged_into = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-enrolled_at"], name="member_by_enrolment"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(phone="", email="", first_name="", last_name="", note="", pin="", birthday__isnull=True),
                name="erased_member_is_nobody",
            ),
            models.UniqueConstraint(
                fields=["organisation", "phone"], condition=~models.Q(phone=""), name="member_once_per_phone"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`mem_…`"""
        return public_id("mem", self.id)


class Offer(models.Model):
    """What loyalty knows of a sale: what it is worth, whether it waits for a customer, and whose it became.

    `state` and `reason` are those of `points.py`. `eligible` and `points` are recomputed whenever the sale moves;
    `programme_version` is fixed once it is claimed, and so is `ceiling`: the most that the programme's limits left for
    it then. `forgiven` are points that a refund should have taken and that a balance which stops at 0 did not have.
    `twin_of` is the sale that this one tells of once more, by another till; `is_twin_sure` where a reference says so.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    sale_id = models.UUIDField()
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    receipt_number = models.CharField(max_length=64, blank=True)
    register_id = models.CharField(max_length=64, blank=True)
    register_name = models.CharField(max_length=120, blank=True)
    table_name = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField()
    business_date = models.DateField()
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    eligible = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(null=True)
    forgiven = models.BigIntegerField(default=0)
    twin_of = models.UUIDField(null=True)
    is_twin_sure = models.BooleanField(default=False, db_default=False)
    programme_version = models.IntegerField()
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=16, blank=True)
    member_id = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sale_id"], name="offer_once_per_sale"),
            models.CheckConstraint(
                condition=models.Q(member_id__isnull=True, claimed_at__isnull=True)
                | models.Q(
                    member_id__isnull=False, claimed_at__isnull=False, state__in=["credited", "adjusted", "voided"]
                ),
                name="offer_claimed_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "-closed_at", "-id"], condition=models.Q(state="open"), name="offer_waiting"
            ),
            models.Index(fields=["organisation", "external_id"], name="offer_by_external_id"),
            models.Index(fields=["organisation", "member_id", "-closed_at"], name="offer_by_member"),
        ]

    @property
    def public_id(self) -> str:
        """`off_…`"""
        return public_id("off", self.id)

    @property
    def amount(self) -> Money:
        """The bill as it was closed."""
        return Money(self.total, self.currency)


class Kind(StrEnum):
    """Why points moved."""

    EARN = "earn"
    BONUS = "bonus"
    REVERSAL = "reversal"
    UNDO = "undo"
    ATTACH = "attach"
    SPEND = "spend"
    RETURN = "return"
    EXPIRE = "expire"
    OPENING = "opening"
    MERGE = "merge"
    ADJUST = "adjust"


# OPENING is a balance brought from elsewhere by an import; MERGE moves a balance between two records of one person;
# ADJUST is what a partner with the right to do so added through a customer call.
OF_SALES = (Kind.EARN, Kind.REVERSAL, Kind.UNDO, Kind.ATTACH)
"""What sales bring and take. A claim that is undone ends at 0 for the one who had it, and whoever has the sale next
gets an entry of their own: a sale's earn stands once, and the sum over a sale is what its member has."""


class Entry(models.Model):
    """A signed number of points with its reason; never changed, never removed. Balances are sums of these.

    `position` numbers the entries of one sale from 0 (the earn): two writers who saw the same entries cannot both add
    to them. `inputs` holds what the number was computed from, so that a page can say why. `bonus_step` numbers the
    entries of one bonus rule for one sale in the same way; of a birthday's bonus it is the calendar year.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    member_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    points = models.BigIntegerField()
    sale_id = models.UUIDField(null=True)
    store_id = models.UUIDField(null=True)
    position = models.IntegerField(null=True)
    eligible = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    programme_version = models.IntegerField(null=True)
    bonus_id = models.UUIDField(null=True)
    bonus_step = models.IntegerField(null=True)
    inputs = models.JSONField(default=dict)
    actor = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "sale_id"], condition=models.Q(kind="earn"), name="one_earn_per_sale"
            ),
            models.UniqueConstraint(
                fields=["organisation", "sale_id", "bonus_id", "bonus_step"],
                condition=models.Q(kind="bonus", sale_id__isnull=False),
                name="one_step_of_a_bonus_per_sale",
            ),
            models.UniqueConstraint(
                fields=["organisation", "member_id", "bonus_step"],
                condition=models.Q(kind="bonus", sale_id__isnull=True),
                name="one_birthday_bonus_per_year",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="bonus") | models.Q(bonus_id__isnull=False, bonus_step__isnull=False),
                name="a_bonus_says_of_what_rule",
            ),
            models.UniqueConstraint(
                fields=["organisation", "sale_id", "position"],
                condition=models.Q(sale_id__isnull=False),
                name="one_entry_per_position_of_a_sale",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["earn", "reversal"])
                | models.Q(sale_id__isnull=False, position__isnull=False, eligible__isnull=False),
                name="an_entry_of_a_sale_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "member_id", "-created_at"], include=["points"], name="entry_by_member"
            ),
            models.Index(fields=["organisation", "-created_at"], include=["points"], name="entry_by_time"),
        ]

    @property
    def public_id(self) -> str:
        """`ent_…`"""
        return public_id("ent", self.id)
