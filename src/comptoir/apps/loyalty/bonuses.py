"""Tables of bonus rules. They point at the organisation only; what they gave stands in the ledger of points."""

from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


class BonusKind(StrEnum):
    """What a bonus is given for."""

    DAYS = "days"
    PRODUCT = "product"
    VISIT = "visit"
    BIRTHDAY = "birthday"


class BonusRule(models.Model):
    """Points on top of what a sale earns. A rule never changes but for its end; another rule follows it.

    `points` for each unit of a product, each visit or each birthday; `extra_percent` of what the sale earns on these
    `weekdays` (ISO, 1 is Monday; none is every day). `again_after`: minutes in which a second visit of a member to a
    store brings nothing more; 0 is every visit. `skus` are products of `provider`.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    points = models.IntegerField(default=0)
    extra_percent = models.IntegerField(default=0)
    weekdays = ArrayField(models.SmallIntegerField(), default=list)
    again_after = models.IntegerField(default=0)
    provider = models.CharField(max_length=40, blank=True)
    skus = ArrayField(models.CharField(max_length=64), default=list)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(points__gte=0, extra_percent__gte=0, again_after__gte=0), name="bonus_never_takes"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`bon_…`"""
        return public_id("bon", self.id)
