"""Tables of import jobs beside the jobs themselves."""

from django.db import models


class JobBefore(models.Model):
    """What a job was called and for before its latest change, so that this one can be undone; `id` is of that change.

    `placed`: of each store that went along, where it lay before and where the change put it, as (date, node) each.
    """

    pk = models.CompositePrimaryKey("organisation_id", "job_id")
    organisation_id = models.UUIDField()
    job_id = models.UUIDField()
    id = models.UUIDField()
    label = models.CharField(max_length=120)
    node_id = models.UUIDField(null=True)
    placed = models.JSONField(default=list)
    at = models.DateTimeField()
