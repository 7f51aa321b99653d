"""The tree is the organisation's, since rights hang on it as well: what is known of it moves there."""

from django.db import migrations

# Whoever went back left a copy behind, on which rights may hang: what is there of it is made to say what is true now,
# what is gone goes with the rights to it. Names and parents are put aside first, lest one is in the way of another.
AGAIN = """
DELETE FROM accounts_placement;
UPDATE accounts_node SET parent_id = NULL, parent_kind = NULL, name = id::text;
DELETE FROM accounts_membershipnode AS given WHERE NOT EXISTS (
    SELECT 1 FROM traffic_node AS node WHERE node.organisation_id = given.organisation_id AND node.id = given.node_id);
DELETE FROM accounts_invitationnode AS given WHERE NOT EXISTS (
    SELECT 1 FROM traffic_node AS node WHERE node.organisation_id = given.organisation_id AND node.id = given.node_id);
DELETE FROM accounts_node AS old WHERE NOT EXISTS (
    SELECT 1 FROM traffic_node AS node WHERE node.organisation_id = old.organisation_id AND node.id = old.id);
"""
MOVE = """
INSERT INTO accounts_node (organisation_id, id, parent_id, parent_kind, kind, name)
    SELECT organisation_id, id, parent_id, parent_kind, kind, name FROM traffic_node
    ON CONFLICT (organisation_id, id) DO UPDATE SET
        parent_id = excluded.parent_id, parent_kind = excluded.parent_kind, name = excluded.name;
INSERT INTO accounts_placement (organisation_id, store_id, since, node_id)
    SELECT placed.organisation_id, placed.store_id, placed.since, placed.node_id FROM traffic_placement AS placed
    JOIN accounts_store AS store ON store.organisation_id = placed.organisation_id AND store.id = placed.store_id;
"""
# The key of three columns is no model's, so what makes the tables again does not make it: 0023 did.
BACK = """
INSERT INTO traffic_node (organisation_id, id, parent_id, parent_kind, kind, name)
    SELECT organisation_id, id, parent_id, parent_kind, kind, name FROM accounts_node;
INSERT INTO traffic_placement (organisation_id, store_id, since, node_id)
    SELECT organisation_id, store_id, since, node_id FROM accounts_placement;
ALTER TABLE traffic_node ADD CONSTRAINT traffic_node_lies_in FOREIGN KEY (organisation_id, parent_id, parent_kind)
    REFERENCES traffic_node (organisation_id, id, kind);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_tree'),
        ('traffic', '0026_refused_files'),
    ]

    operations = [
        migrations.RunSQL(AGAIN + MOVE, BACK),
        migrations.DeleteModel(name='Node'),
        migrations.DeleteModel(name='Placement'),
    ]
