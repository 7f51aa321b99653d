"""An import job may be for one of the chains that an organisation owns."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0023_owned_chains'),
    ]

    operations = [
        migrations.AddField(
            model_name='importjob',
            name='node_id',
            field=models.UUIDField(null=True),
        ),
    ]
