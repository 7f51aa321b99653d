"""Tables about people: what they agreed to, what was changed, who was merged or erased, and imports of them.

They point at the organisation only; a composite foreign key binds each to its member.
"""

from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class Consent(models.Model):
    """What a person said about advertising over one channel; never changed (loyalty.md 1.9).

    `at` is when the person said it, `recorded_at` when we heard of it; `context` the sale, client or import it came
    with. Which record holds is told by `members/consents.py`.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    member_id = models.UUIDField()
    channel = models.CharField(max_length=8)
    value = models.BooleanField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=16)
    actor = models.CharField(max_length=64, blank=True)
    wording = models.CharField(max_length=20, blank=True)
    context = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(channel__in=["sms", "email"]), name="consent_has_a_channel"),
            models.CheckConstraint(
                condition=models.Q(value=False) | ~models.Q(source=""), name="consent_says_where_it_comes_from"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "member_id", "channel", "at"], name="consent_by_member")
        ]

    @property
    def public_id(self) -> str:
        """`cns_…`"""
        return public_id("cns", self.id)


class Pass(models.Model):
    """A member's pass: the code that its QR shows. One holds at a time; a new one ends the one before.

    The code is no secret of ours: it stands on the guest's phone. Whoever has it can do what whoever knows the member's
    number can; a PIN keeps both from spending.
    """

    pk = models.CompositePrimaryKey("organisation_id", "code")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=20, unique=True)
    member_id = models.UUIDField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "member_id"], condition=models.Q(ended_at=None), name="one_pass_a_member"
            ),
        ]


class Change(models.Model):
    """Who changed what of a member, and when; `before` and `after` hold the fields that differ.

    The values are emptied when the person is erased; that there was a change stays.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    member_id = models.UUIDField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64, blank=True)
    what = models.CharField(max_length=20)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "member_id", "-id"], name="change_by_member")]

    @property
    def public_id(self) -> str:
        """`chg_…`"""
        return public_id("chg", self.id)


class Merge(models.Model):
    """Two records of one person became one; what moved is kept, so that it can go back for 30 days."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    kept_id = models.UUIDField()
    absorbed_id = models.UUIDField()
    kept_phone = models.CharField(max_length=16)
    absorbed_phone = models.CharField(max_length=16)
    points = models.BigIntegerField()
    offer_ids = ArrayField(models.UUIDField(), default=list)
    held_ids = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "absorbed_id"], condition=models.Q(undone_at=None), name="absorbed_once"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`mrg_…`"""
        return public_id("mrg", self.id)


class Erased(models.Model):
    """A keyed hash of an erased number, kept 12 months: a sale from before never brings the person back (E45)."""

    pk = models.CompositePrimaryKey("organisation_id", "phone_hash")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    phone_hash = models.BinaryField()
    erased_at = models.DateTimeField()


class Habits(models.Model):
    """The organisation's own settings about people; without a row, those of `members/habits.py` hold."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, primary_key=True)
    new_months = models.IntegerField(default=3)
    vip_visits = models.IntegerField(default=3)
    risk_days = models.IntegerField(default=90)
    retention_months = models.IntegerField(default=36)
    most_claims_per_day = models.IntegerField(null=True)
    staff_phones = ArrayField(models.CharField(max_length=16), default=list)


class ImportState(StrEnum):
    """Where an import stands."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class MemberImport(models.Model):
    """A file of members: as it came, how its columns are read, how far it is, and what became of its rows.

    `report` holds what to look at, row by row; the file itself is forgotten when the import is done.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    store_id = models.UUIDField()
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default=ImportState.DRAFT)
    total = models.IntegerField(default=0)
    reached = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    report = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "-id"], name="member_import_by_time")]

    @property
    def public_id(self) -> str:
        """`mim_…`"""
        return public_id("mim", self.id)


class ImportedMember(models.Model):
    """What one row of an import did to one member, so that the whole of it can be taken back."""

    pk = models.CompositePrimaryKey("organisation_id", "import_id", "member_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    import_id = models.UUIDField()
    member_id = models.UUIDField()
    is_new = models.BooleanField()
    points = models.BigIntegerField(default=0)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
