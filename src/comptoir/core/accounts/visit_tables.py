"""The table of support visits. It names other tables by their label, so that `models.py` can load it."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from comptoir.kernel.ids import new_id, public_id


class Visit(models.Model):
    """An operator asked to look into an organisation; it is open only if an owner allowed it, and for so long.

    `wish` is what was asked for and `access` what the owner allowed: to look, or to act as well.
    """

    class Access(models.TextChoices):
        """How far a visit goes."""

        LOOK = "look"
        ACT = "act"

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False)
    id = models.UUIDField(default=new_id, editable=False)
    operator = models.ForeignKey("accounts.User", on_delete=models.CASCADE)
    reason = models.CharField(max_length=500)
    wish = models.CharField(max_length=4, choices=Access.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    access = models.CharField(max_length=4, choices=Access.choices, blank=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "operator"],
                condition=models.Q(answered_at=None, ended_at=None),
                name="visit_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(access="", ends_at=None)
                | models.Q(~models.Q(access=""), answered_at__isnull=False, ends_at__isnull=False),
                name="a_visit_was_allowed_and_ends",
            ),
        ]

    @property
    def public_id(self) -> str:
        """`vis_…`"""
        return public_id("vis", self.id)

    def state(self, now: datetime) -> str:
        """`asked`, `open`, `declined`, `withdrawn` or `over`."""
        if self.answered_at is None:
            return "withdrawn" if self.ended_at else "asked"
        if not self.access:
            return "declined"
        return "open" if self.ended_at is None and self.ends_at is not None and now < self.ends_at else "over"
