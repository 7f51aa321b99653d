"""Tables of exports: how somebody's CSV is written, what is sent by itself and where to, and each time it was."""

from typing import ClassVar, Final

from django.db import models

from comptoir.core.connections.sealing import SealedField
from comptoir.kernel.ids import public_id


class FileForm(models.Model):
    """What stands between the cells and before the decimals of the CSV that somebody downloads."""

    pk = models.CompositePrimaryKey("organisation_id", "user_id")
    organisation_id = models.UUIDField()
    user_id = models.BigIntegerField()
    separator = models.CharField(max_length=1)
    decimal = models.CharField(max_length=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(separator=models.F("decimal")), name="traffic_form_can_be_read"),
        ]


class ExportPlan(models.Model):
    """Hours that are sent as a file, again and again: of so many `days` until the day before. `asked` are the hours of
    the day, days to include, columns and title, as the address of *Data export* says them.

    `store_ids` and `node_id` as those of a report by mail.

    `way` is how: `mail`, to whoever made it; `sftp`, where `place` says (host, port, user, folder), with the sealed
    password or key in `secret`, `trusted` being the key by which the server was known first; `webhook`, whose address
    and secret the outbox has, with this plan as its topic.
    """

    MAIL: Final = "mail"
    SFTP: Final = "sftp"
    WEBHOOK: Final = "webhook"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    user_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    separator = models.CharField(max_length=1, default=",")
    decimal = models.CharField(max_length=1, default=".")
    rhythm = models.CharField(max_length=8)
    hour = models.SmallIntegerField()
    days = models.SmallIntegerField()
    language = models.CharField(max_length=8)
    store_ids = models.JSONField(null=True)
    node_id = models.UUIDField(null=True)
    asked = models.JSONField(default=dict)
    way = models.CharField(max_length=8)
    place = models.JSONField(default=dict)
    secret = SealedField(null=True)
    trusted = models.CharField(max_length=1200, blank=True)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "name"], name="traffic_export_name_once"),
            models.CheckConstraint(condition=~models.Q(separator=models.F("decimal")), name="traffic_export_form"),
        ]

    @property
    def public_id(self) -> str:
        """`exp_…`"""
        return public_id("exp", self.id)


class ExportRun(models.Model):
    """One time that a plan was due, at its `slot`, and what became of it."""

    WAITING: Final = "waiting"
    DELIVERED: Final = "delivered"
    GIVEN_UP: Final = "given_up"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    plan_id = models.UUIDField()
    slot = models.DateTimeField()
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, default=WAITING)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            # Once per run, whatever is doubled, late or dies half-way.
            models.UniqueConstraint(fields=["organisation_id", "plan_id", "slot"], name="traffic_export_run_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="traffic_export_due", condition=models.Q(state="waiting")),
        ]

    @property
    def public_id(self) -> str:
        """`exr_…`"""
        return public_id("exr", self.id)
