"""Tables of the tree: chains, districts and regions of an organisation, and which stores lie in them since when."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Node(models.Model):
    """A chain that the organisation owns, a district or a region; what may lie in what is said in `tree.py`.

    `parent_kind` is the kind of what it lies in: a foreign key of three columns holds it to that.
    """

    pk = models.CompositePrimaryKey("organisation_id", "id")
    organisation_id = models.UUIDField()
    id = models.UUIDField()
    parent_id = models.UUIDField(null=True)
    parent_kind = models.CharField(max_length=16, null=True)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "name"], name="node_name_once"),
            models.UniqueConstraint(fields=["organisation_id", "id", "kind"], name="node_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=("chain", "district", "region"), parent_id=None, parent_kind=None)
                | Q(parent_id__isnull=False, parent_kind__isnull=False)
                & (Q(kind="district", parent_kind="chain") | Q(kind="region", parent_kind__in=("chain", "district"))),
                name="node_level",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "parent_id"], name="node_by_parent")]


class Placement(models.Model):
    """Where in the tree a store is from a date of its own on; the latest is where it is now.

    Figures of a past month are by the tree of each day (traffic-analytics.md, TA-39). Nobody is placed ahead of time.
    """

    pk = models.CompositePrimaryKey("organisation_id", "store_id", "since")
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    since = models.DateField()
    node_id = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation_id", "node_id"], name="placement_by_node")]
