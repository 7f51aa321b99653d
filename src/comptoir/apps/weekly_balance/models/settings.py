"""Settings of a client."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.apps.weekly_balance.rules.confirming import CONFIRM_AT, SCHEDULE_ZONE
from comptoir.apps.weekly_balance.rules.terms import (
    Basis,
    Choices,
    CountOnAccountAt,
    LastYear,
    LineClass,
    Moment,
    Preset,
    ReturnReceipts,
)
from comptoir.core.accounts.models import Organisation


class Client(models.Model):
    """An organisation's settings (weekly-balance.md 3.2, 4). POS import needs several registers (WB-01).

    Wage cost is typed without the employer's charges; `wages_with_charges` adds `charges_percent` of it to whatever
    labour cost is made of.
    """

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
    count_on_account_at = models.CharField(max_length=12, default=CountOnAccountAt.SETTLEMENT)
    return_receipts = models.CharField(max_length=12, default=ReturnReceipts.IGNORED)
    labour_subtracts_returns = models.BooleanField(default=False)
    visitors_from_covers = models.BooleanField(default=False)
    included = ArrayField(models.CharField(max_length=20), default=list)
    classes = models.JSONField(default=dict)
    last_year = models.CharField(max_length=12, default=LastYear.WEEKDAY)
    staff_sees_index = models.BooleanField(default=False)
    wages_with_charges = models.BooleanField(default=True)
    charges_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
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
            models.CheckConstraint(condition=models.Q(charges_percent__gte=0), name="charges_are_never_negative"),
        ]

    @property
    def choices(self) -> Choices:
        """How this client wants sales to be read."""
        return Choices(
            preset=Preset(self.preset),
            basis=Basis(self.basis),
            moment=Moment(self.moment),
            count_on_account_at=CountOnAccountAt(self.count_on_account_at),
            return_receipts=ReturnReceipts(self.return_receipts),
            labour_subtracts_returns=self.labour_subtracts_returns,
            visitors_from_covers=self.visitors_from_covers,
            provider=self.provider,
            included=frozenset(LineClass(each) for each in self.included),
            classes={name: LineClass(each) for name, each in self.classes.items()},
        )
