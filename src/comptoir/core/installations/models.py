"""Tables of installations."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from comptoir.core.accounts.models import Organisation, Store
from comptoir.kernel.ids import new_id, public_id


class Installation(models.Model):
    """One app running for one store over one provider; its public id is the integration id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    app = models.CharField(max_length=40)
    provider = models.CharField(max_length=40)
    enabled = models.BooleanField(default=True)
    switched_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "store", "app", "provider"], name="app_once_per_store_and_provider"
            ),
        ]

    @property
    def public_id(self) -> str:
        """`int_…`"""
        return public_id("int", self.id)


class Plan(models.Model):
    """What an organisation may use: every app and bundle but those left out. Without a row: as new ones are."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    name = models.CharField(max_length=60, blank=True)
    left_out = ArrayField(models.CharField(max_length=40), default=list)
    changed_at = models.DateTimeField()
