"""A file of counts that could not be read is told apart from mail of somebody who may not send."""

from django.db import migrations, models

# What mailboxes set aside so far was not told apart: nobody is alerted of it now.
OF_MAIL = """
UPDATE traffic_countfile AS f SET is_refused = true FROM traffic_countfeed AS d
WHERE d.organisation_id = f.organisation_id AND d.id = f.feed_id AND d.kind = 'mail' AND f.state = 'parked'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0025_undo_of_feeds'),
    ]

    operations = [
        migrations.AddField(
            model_name='countfile',
            name='is_refused',
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(OF_MAIL, migrations.RunSQL.noop),
    ]
