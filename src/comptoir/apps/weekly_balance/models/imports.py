"""What a person or the night had read."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation
from comptoir.kernel.ids import new_id, public_id


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
