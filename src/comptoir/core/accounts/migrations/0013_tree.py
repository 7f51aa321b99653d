"""The tree of an organisation, rights that hang on its nodes, and the one answer to which stores a member sees."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# A check cannot look at another row; a key with the parent's kind in it can. As a kind never changes, no circle is made.
REFERENCES = """
ALTER TABLE accounts_node ADD CONSTRAINT node_lies_in FOREIGN KEY (organisation_id, parent_id, parent_kind)
    REFERENCES accounts_node (organisation_id, id, kind);
ALTER TABLE accounts_placement
    ADD CONSTRAINT placement_of_store FOREIGN KEY (organisation_id, store_id)
        REFERENCES accounts_store (organisation_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT placement_in_node FOREIGN KEY (organisation_id, node_id)
        REFERENCES accounts_node (organisation_id, id);
ALTER TABLE accounts_membershipnode
    ADD CONSTRAINT given_to_membership FOREIGN KEY (organisation_id, membership_id)
        REFERENCES accounts_membership (organisation_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT given_node FOREIGN KEY (organisation_id, node_id) REFERENCES accounts_node (organisation_id, id);
ALTER TABLE accounts_invitationnode
    ADD CONSTRAINT given_to_invitation FOREIGN KEY (organisation_id, invitation_id)
        REFERENCES accounts_invitation (organisation_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT promised_node FOREIGN KEY (organisation_id, node_id) REFERENCES accounts_node (organisation_id, id);
"""

# Three levels, as the check of the node has it, so that each step goes by an index and a member's question stays one.
VIEWS = """
CREATE VIEW accounts_storeinnode AS
WITH within AS NOT MATERIALIZED (
    SELECT organisation_id, id AS node_id, id AS inside FROM accounts_node
    UNION ALL
    SELECT organisation_id, parent_id, id FROM accounts_node WHERE parent_id IS NOT NULL
    UNION ALL
    SELECT middle.organisation_id, middle.parent_id, low.id FROM accounts_node AS middle
        JOIN accounts_node AS low ON low.organisation_id = middle.organisation_id AND low.parent_id = middle.id
        WHERE middle.parent_id IS NOT NULL
)
SELECT within.organisation_id, within.node_id, placed.store_id FROM within
    JOIN accounts_placement AS placed
        ON placed.organisation_id = within.organisation_id AND placed.node_id = within.inside
    WHERE NOT EXISTS (
        SELECT 1 FROM accounts_placement AS later WHERE later.organisation_id = placed.organisation_id
            AND later.store_id = placed.store_id AND later.since > placed.since
    );
CREATE VIEW accounts_memberstore AS
SELECT organisation_id, membership_id, store_id FROM accounts_membershipstore
UNION
SELECT given.organisation_id, given.membership_id, there.store_id FROM accounts_membershipnode AS given
    JOIN accounts_storeinnode AS there
        ON there.organisation_id = given.organisation_id AND there.node_id = given.node_id;
"""
WITHOUT_VIEWS = "DROP VIEW accounts_memberstore; DROP VIEW accounts_storeinnode;"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_store_address'),
    ]

    operations = [
        migrations.CreateModel(
            name='Node',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('parent_id', models.UUIDField(null=True)),
                ('parent_kind', models.CharField(max_length=16, null=True)),
                ('kind', models.CharField(max_length=16)),
                ('name', models.CharField(max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'parent_id'], name='node_by_parent')],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation_id', 'name'), name='node_name_once'),
                    models.UniqueConstraint(fields=('organisation_id', 'id', 'kind'), name='node_kind'),
                    models.CheckConstraint(
                        condition=Q(kind__in=('chain', 'district', 'region'), parent_id=None, parent_kind=None)
                        | Q(parent_id__isnull=False, parent_kind__isnull=False)
                        & (Q(kind='district', parent_kind='chain') | Q(kind='region', parent_kind__in=('chain', 'district'))),
                        name='node_level',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'store_id', 'since', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
                ('since', models.DateField()),
                ('node_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'node_id'], name='placement_by_node')],
            },
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='invitation_of_its_organisation'),
        ),
        migrations.CreateModel(
            name='MembershipNode',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'membership_id', 'node_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.organisation')),
                ('membership', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='given', to='accounts.membership')),
                ('node_id', models.UUIDField()),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'node_id'], name='membership_by_node')],
            },
        ),
        migrations.CreateModel(
            name='InvitationNode',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'invitation_id', 'node_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.organisation')),
                ('invitation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='given', to='accounts.invitation')),
                ('node_id', models.UUIDField()),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'node_id'], name='invitation_by_node')],
            },
        ),
        migrations.RunSQL(REFERENCES, migrations.RunSQL.noop),
        migrations.RunSQL(VIEWS, WITHOUT_VIEWS),
        migrations.CreateModel(
            name='StoreInNode',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'node_id', 'store_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('node_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
            ],
            options={'db_table': 'accounts_storeinnode', 'managed': False},
        ),
        migrations.CreateModel(
            name='MemberStore',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'membership_id', 'store_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('membership_id', models.BigIntegerField()),
                ('store', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.store')),
            ],
            options={'db_table': 'accounts_memberstore', 'managed': False},
        ),
    ]
