"""Departments, the registers they have for themselves, and the rows of the balance."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.apps.weekly_balance.rules.terms import (
    FieldType,
)
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


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
    # [{"until", "zone", "day_start"}], the oldest first: how the clock stood for the business dates before `until`.
    former_clocks = models.JSONField(default=list)
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
