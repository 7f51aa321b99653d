"""Tables of who sees which stores: nodes of the tree that were given, and what all that was given comes to.

They name other tables by their label, so that `models.py` can load them.
"""

from typing import ClassVar

from django.db import models


class MembershipNode(models.Model):
    """A chain, district or region that a member was given: with each store that lies in it, whenever it joins.

    Of this organisation, as the database sees to; and a node that somebody was given cannot be deleted.
    """

    pk = models.CompositePrimaryKey("organisation_id", "membership_id", "node_id")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False)
    membership = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="given"
    )
    node_id = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "node_id"], name="membership_by_node")]


class InvitationNode(models.Model):
    """A node that waits for whoever accepts an invitation; held as one that was given is."""

    pk = models.CompositePrimaryKey("organisation_id", "invitation_id", "node_id")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False)
    invitation = models.ForeignKey(
        "accounts.Invitation", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="given"
    )
    node_id = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "node_id"], name="invitation_by_node")]


class StoreInNode(models.Model):
    """A view: each store that lies in a node now, or in one that lies in that."""

    pk = models.CompositePrimaryKey("organisation_id", "node_id", "store_id")
    organisation_id = models.UUIDField()
    node_id = models.UUIDField()
    store_id = models.UUIDField()

    class Meta:
        managed = False
        db_table = "accounts_storeinnode"


class MemberStore(models.Model):
    """A view: each store that a member without `all_stores` sees now, chosen by itself or by a node.

    Read it through `reach.py`.
    """

    pk = models.CompositePrimaryKey("organisation_id", "membership_id", "store_id")
    organisation_id = models.UUIDField()
    membership_id = models.BigIntegerField()
    store = models.ForeignKey("accounts.Store", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        managed = False
        db_table = "accounts_memberstore"
