"""The tree is the organisation's, since rights hang on it as well: what is known of it moves there."""

from django.db import migrations

MOVE = """
INSERT INTO accounts_node (organisation_id, id, parent_id, parent_kind, kind, name)
    SELECT organisation_id, id, parent_id, parent_kind, kind, name FROM traffic_node;
INSERT INTO accounts_placement (organisation_id, store_id, since, node_id)
    SELECT placed.organisation_id, placed.store_id, placed.since, placed.node_id FROM traffic_placement AS placed
    JOIN accounts_store AS store ON store.organisation_id = placed.organisation_id AND store.id = placed.store_id;
"""
BACK = """
INSERT INTO traffic_node (organisation_id, id, parent_id, parent_kind, kind, name)
    SELECT organisation_id, id, parent_id, parent_kind, kind, name FROM accounts_node;
INSERT INTO traffic_placement (organisation_id, store_id, since, node_id)
    SELECT organisation_id, store_id, since, node_id FROM accounts_placement;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_tree'),
        ('traffic', '0026_refused_files'),
    ]

    operations = [
        migrations.RunSQL(MOVE, BACK),
        migrations.DeleteModel(name='Node'),
        migrations.DeleteModel(name='Placement'),
    ]
