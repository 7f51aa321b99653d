"""Tables of the weekly balance. Amounts are unrounded decimals in major units; instants are UTC.

A number is decided at one place, `Cell`: one field of one department on one business date. `HourFigure` says which
hours and registers the till's number is made of, and always adds up to it.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.confirming import CONFIRM_AT, SCHEDULE_ZONE
from comptoir.apps.weekly_balance.rules.terms import (
    Basis,
    Choices,
    FieldType,
    LineClass,
    Moment,
    Preset,
    ReturnReceipts,
)
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class Client(models.Model):
    """An organisation's settings (weekly-balance.md 3.2, 4). POS import needs several registers (WB-01)."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE, related_name="+")
    pos_import = models.BooleanField(default=False)
    multi_cash_registers = models.BooleanField(default=False)
    provider = models.CharField(max_length=40, blank=True)
    auto_confirm = models.BooleanField(default=False)
    confirm_at = models.TimeField(default=CONFIRM_AT)
    schedule_zone = models.CharField(max_length=64, default=SCHEDULE_ZONE)
    week_starts_on = models.SmallIntegerField(default=0)
    preset = models.CharField(max_length=12, default=Preset.RETAIL)
    basis = models.CharField(max_length=12, default=Basis.WITHOUT_TAX)
    moment = models.CharField(max_length=12, default=Moment.COMPLETED)
    return_receipts = models.CharField(max_length=12, default=ReturnReceipts.IGNORED)
    labour_subtracts_returns = models.BooleanField(default=False)
    visitors_from_covers = models.BooleanField(default=False)
    included = ArrayField(models.CharField(max_length=20), default=list)
    classes = models.JSONField(default=dict)
    unallocated_blocks = models.BooleanField(default=False)
    imported_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(pos_import=False) | models.Q(multi_cash_registers=True),
                name="pos_import_needs_multi_cash_registers",
            ),
            models.CheckConstraint(condition=models.Q(week_starts_on__range=(0, 6)), name="week_starts_on_a_weekday"),
        ]

    @property
    def choices(self) -> Choices:
        """How this client wants sales to be read."""
        return Choices(
            preset=Preset(self.preset),
            basis=Basis(self.basis),
            moment=Moment(self.moment),
            return_receipts=ReturnReceipts(self.return_receipts),
            labour_subtracts_returns=self.labour_subtracts_returns,
            visitors_from_covers=self.visitors_from_covers,
            included=frozenset(LineClass(each) for each in self.included),
            classes={name: LineClass(each) for name, each in self.classes.items()},
        )


class Department(models.Model):
    """A place with a weekly balance of its own: a store, or some registers of it.

    Without `terminals` it has every register of its client number; without that, every location of its store.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    store_id = models.UUIDField()
    name = models.CharField(max_length=120)
    client_number = models.CharField(max_length=64, blank=True)
    terminals = ArrayField(models.CharField(max_length=64), default=list)
    zone = models.CharField(max_length=64)
    day_start = models.TimeField()
    currency = models.CharField(max_length=3)
    closed_weekdays = ArrayField(models.SmallIntegerField(), default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="department_name_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "store_id"], name="department_of_store")]

    @property
    def public_id(self) -> str:
        """`dep_…`"""
        return public_id("dep", self.id)


class Register(models.Model):
    """A register that a department has for itself: of one store and client number, one department has it (WB-04).

    The empty register stands for all of them, so two departments cannot both swallow everything.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "client_number", "register_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    store_id = models.UUIDField()
    client_number = models.CharField(max_length=64, blank=True)
    register_id = models.CharField(max_length=64, blank=True)
    department_id = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "department_id"], name="register_of_department")]


class Field(models.Model):
    """A row of the balance. One type of the point of sale feeds at most one field (3.4)."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    number = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    field_type = models.CharField(max_length=20, default=FieldType.MANUAL)
    is_split = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="field_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "field_type"],
                condition=~models.Q(field_type=FieldType.MANUAL),
                name="a_type_feeds_one_field",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`fld_…`"""
        return public_id("fld", self.id)


class Day(models.Model):
    """A department's business date: how far it is, who made it final, and its checks when last looked at.

    `revision` counts the restatements of a confirmed day; `imported_from` is when the complete import started that
    covered the whole day after its end, null as long as there is none.
    """

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    state = models.CharField(max_length=12, default=DayState.OPEN)
    revision = models.IntegerField(default=1)
    imported_from = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    failures = models.JSONField(default=list)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state=DayState.CONFIRMED) | models.Q(confirmed_at__isnull=False),
                name="a_confirmed_day_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "business_date"],
                condition=~models.Q(state=DayState.CONFIRMED),
                name="day_not_confirmed",
            ),
        ]


class Cell(models.Model):
    """One number of the balance. `measured` is the till's, `typed` a person's over it; null is not known, not zero."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date", "field_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    measured = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    typed = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    is_approved = models.BooleanField(default=False)
    updated_at = models.DateTimeField()


class HourFigure(models.Model):
    """What one register adds to the till's number of a day in one interval, named by its start (UTC)."""

    pk = models.CompositePrimaryKey(
        "organisation_id", "department_id", "business_date", "field_id", "start", "register_id"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    start = models.DateTimeField()
    register_id = models.CharField(max_length=64, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=6)


class Correction(models.Model):
    """What the till says now about a number that it may not change by itself; somebody accepts or rejects it (5.5).

    `causes` are the bills that moved, by our id and the till's number. Of one number one correction waits.
    """

    class State(models.TextChoices):
        """What became of it; `withdrawn`: the till says again what stands, or something else."""

        WAITING = "waiting"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField()
    standing = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    proposed = models.DecimalField(max_digits=20, decimal_places=6)
    causes = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "department_id", "business_date", "field_id"],
                condition=models.Q(state="waiting"),
                name="one_correction_waits_per_number",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "department_id", "business_date", "field_id", "-created_at"],
                name="correction_of_number",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`cor_…`"""
        return public_id("cor", self.id)


class Change(models.Model):
    """A number or a day became something else: who, when, why, before and after. Never changed."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_id = models.UUIDField()
    business_date = models.DateField()
    field_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    cause = models.CharField(max_length=60)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "department_id", "business_date", "field_id", "-id"], name="change_of_number"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`chg_…`"""
        return public_id("chg", self.id)


class PosImport(models.Model):
    """An import that a person or the night began: which departments and days, and what became of the numbers."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    id = models.UUIDField(default=new_id, editable=False)
    department_ids = ArrayField(models.UUIDField())
    first = models.DateField()
    last = models.DateField()
    overwrite = models.BooleanField(default=False)
    run_ids = ArrayField(models.UUIDField(), default=list)
    actor = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    written = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    pending = models.IntegerField(default=0)
    replaced = models.JSONField(default=list)
    fault = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="pos_import_latest"),
            models.Index(
                fields=["organisation", "id"], condition=models.Q(finished_at__isnull=True), name="pos_import_going"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`wbi_…`"""
        return public_id("wbi", self.id)


class Night(models.Model):
    """A nightly import that was begun: its row keeps a second worker from beginning it again (5.4)."""

    pk = models.CompositePrimaryKey("organisation_id", "slot")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    slot = models.DateTimeField()
    began_at = models.DateTimeField()


class Budget(models.Model):
    """The target of a department for a date and a measure (section 6), in major units or pieces."""

    pk = models.CompositePrimaryKey("organisation_id", "department_id", "business_date", "measure")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    department_id = models.UUIDField()
    business_date = models.DateField()
    measure = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=20, decimal_places=6)
