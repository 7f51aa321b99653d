"""Tables of the ledger. `document` is the canonical record; the columns beside it are for finding and adding up."""

from typing import ClassVar

from django.db import models


class Sale(models.Model):
    """One bill. Amounts are minor units of `currency`; instants are UTC; `business_date` is the store's trading day."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    previous_external_id = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    counted = models.BooleanField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    business_date = models.DateField()
    total = models.BigIntegerField()
    tip = models.BigIntegerField(null=True)
    receipt_number = models.CharField(max_length=64, blank=True)
    register_id = models.CharField(max_length=64, blank=True)
    register_name = models.CharField(max_length=120, blank=True)
    table_name = models.CharField(max_length=120, blank=True)
    document = models.JSONField()
    content_hash = models.BinaryField()
    unbalanced = models.BooleanField()
    revision = models.IntegerField()
    source = models.CharField(max_length=16)
    observed_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "provider", "location_id", "external_id"], name="sale_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "store_id", "business_date"], name="sale_by_day"),
            models.Index(fields=["organisation_id", "business_date", "id"], name="sale_of_day"),
            models.Index(fields=["organisation_id", "external_id"], name="sale_by_external_id"),
            models.Index(
                fields=["organisation_id", "provider", "location_id", "previous_external_id"],
                condition=~models.Q(previous_external_id=""),
                name="sale_by_previous",
            ),
            models.Index(
                fields=["organisation_id", "store_id", "opened_at"], condition=models.Q(state="open"), name="sale_open"
            ),
            models.Index(fields=["organisation_id", "updated_at"], name="sale_by_change"),
            models.Index(
                fields=["organisation_id", "store_id", "opened_at"],
                condition=models.Q(document__has_key="credit"),
                name="sale_on_account",
            ),
        ]


class SaleAlias(models.Model):
    """Another name the vendor has for a sale: it is found by it."""

    pk = models.CompositePrimaryKey("organisation_id", "alias", "sale_id")
    organisation_id = models.UUIDField()
    alias = models.CharField(max_length=200)
    sale_id = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "sale_id"], name="alias_of_sale")]


class SaleRevision(models.Model):
    """A sale as it was before a later revision took its place; kept 400 days."""

    pk = models.CompositePrimaryKey("organisation_id", "sale_id", "revision")
    organisation_id = models.UUIDField()
    sale_id = models.UUIDField()
    revision = models.IntegerField()
    document = models.JSONField()
    source = models.CharField(max_length=16)
    observed_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "-replaced_at"], name="sale_revision_replaced")]


class HourlyFigure(models.Model):
    """The roll-up: one measure of one register in one local hour, named by its UTC instant; major units, unrounded."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "hour", "register_id", "measure", "currency")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    hour = models.DateTimeField()
    register_id = models.CharField(max_length=64, blank=True)
    measure = models.CharField(max_length=24)
    currency = models.CharField(max_length=3)
    business_date = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=6)


class StaffHour(models.Model):
    """How many hours were worked in one local hour of a store, named by its UTC instant; ended times at work alone."""

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "hour")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    hour = models.DateTimeField()
    business_date = models.DateField()
    value = models.DecimalField(max_digits=12, decimal_places=6)


class TradingDay(models.Model):
    """How often the figures of a store's trading day were changed, sales or hours, and when for the latest time.

    Whoever makes figures of his own of a day keeps its revision beside them, and so knows when they are old.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "business_date")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    business_date = models.DateField()
    revision = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["changed_at"], name="trading_day_changed")]


class ClockEntry(models.Model):
    """A time at work, as the vendor has it now; `deleted` once the vendor has it no more. Tips in major units."""

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    staff_id = models.CharField(max_length=64)
    staff_name = models.CharField(max_length=120, blank=True)
    register_id = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    declared_tips = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    deleted = models.BooleanField(default=False)
    business_date = models.DateField()
    changed_at = models.DateTimeField(null=True)
    revision = models.IntegerField()
    first_seen_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "provider", "location_id", "external_id"], name="clock_entry_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "store_id", "started_at"], name="clock_entry_by_start"),
        ]


class ClockEntryRevision(models.Model):
    """A time at work as it was before a later revision took its place."""

    pk = models.CompositePrimaryKey("organisation_id", "clock_entry_id", "revision")
    organisation_id = models.UUIDField()
    clock_entry_id = models.UUIDField()
    revision = models.IntegerField()
    staff_id = models.CharField(max_length=64)
    register_id = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    declared_tips = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    deleted = models.BooleanField()
    business_date = models.DateField()
    replaced_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "-replaced_at"], name="clock_entry_changed"),
        ]


class RegisterClosure(models.Model):
    """What a register took from its opening to its closing, as the till counts it; `seen_at` is when it said so last.

    `closed_at` is None while it is open, and stays so for one whose end nobody saw. `takings` are lists of way to pay,
    its name and the amount in major units.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    register_id = models.CharField(max_length=64)
    register_name = models.CharField(max_length=120, blank=True)
    sequence = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    takings = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "provider", "location_id", "external_id"], name="register_closure_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "store_id", "opened_at"], name="register_closure_by_start"),
        ]


class VendorDay(models.Model):
    """What a till's maker adds up for a business date of a place, beside the bills: a check on them, never a figure.

    `total` is in major units with tax and service charge; `is_complete` is the maker's word that nothing more comes.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "business_date", "provider", "location_id")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    business_date = models.DateField()
    provider = models.CharField(max_length=40)
    location_id = models.CharField(max_length=64)
    total = models.DecimalField(max_digits=20, decimal_places=6)
    sales = models.IntegerField()
    is_complete = models.BooleanField(default=False)
    read_at = models.DateTimeField()
