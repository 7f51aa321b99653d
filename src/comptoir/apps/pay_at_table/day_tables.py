"""The table of day reports; its key leads with the organisation."""

from django.db import models

from comptoir.core.accounts.models import Organisation


class DayReport(models.Model):
    """What was taken on a business day and what the till shows of it, row by row; made anew as often as asked.

    `totals` are by method kind, in minor units of `currency`; `difference` is what the till shows more (or less) than
    it should, and is the sum of that of the rows. `is_final`: the day was over when it was made.
    """

    pk = models.CompositePrimaryKey("organisation_id", "integration_id", "business_date")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    integration_id = models.UUIDField()
    business_date = models.DateField()
    currency = models.CharField(max_length=3)
    rows = models.JSONField(default=list)
    totals = models.JSONField(default=dict)
    difference = models.BigIntegerField(default=0)
    is_final = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    mailed_difference = models.BigIntegerField(default=0)
