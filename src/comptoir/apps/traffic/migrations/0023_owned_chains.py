"""Chains that an organisation owns: what lies in what is held by the database."""

from django.db import migrations, models
from django.db.models import Q

# A check cannot look at another row; a key with the parent's kind in it can. As a kind never changes, no circle is made.
# A district could lie in a district, which nothing asked for; it stands by itself now.
KINDS = """
UPDATE traffic_node SET parent_id = NULL WHERE kind = 'district';
UPDATE traffic_node SET parent_kind = 'district' WHERE parent_id IS NOT NULL;
"""
LIES_IN = """
ALTER TABLE traffic_node ADD CONSTRAINT traffic_node_lies_in FOREIGN KEY (organisation_id, parent_id, parent_kind)
    REFERENCES traffic_node (organisation_id, id, kind)
"""
UNDO = "ALTER TABLE traffic_node DROP CONSTRAINT traffic_node_lies_in"


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0022_weeks'),
    ]

    operations = [
        migrations.AddField(
            model_name='node',
            name='parent_kind',
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'id', 'kind'), name='traffic_node_kind'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(
                condition=Q(kind__in=('chain', 'district', 'region'), parent_id=None, parent_kind=None)
                | Q(parent_id__isnull=False, parent_kind__isnull=False)
                & (Q(kind='district', parent_kind='chain') | Q(kind='region', parent_kind__in=('chain', 'district'))),
                name='traffic_node_level',
            ),
        ),
        migrations.RunSQL(LIES_IN, UNDO),
    ]
