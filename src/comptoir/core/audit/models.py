"""The table of what people and programs did."""

from typing import ClassVar

from django.db import models

from comptoir.kernel.ids import new_id


class Note(models.Model):
    """Somebody did something; never changed. `actor` is `user:…`, `token:…` or `system`, `what` a stable code.

    `position` and `hash` seal it into the chain of its organisation (`chain.py`); the database refuses all else.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "position"], name="note_has_its_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "what", "-id"], name="note_by_kind")]


class Head(models.Model):
    """How far the chain of an organisation goes, kept apart from it: without it, whoever takes the newest notes away
    leaves a chain that is whole.

    Moved by the transaction that seals; the database lets it go forward alone, and only to a note that stands there.
    """

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.CASCADE, primary_key=True)
    position = models.BigIntegerField()
    hash = models.BinaryField()
