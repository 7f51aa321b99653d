"""A report by mail, or a file that goes by itself, may be of a level of the tree."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0027_tree_of_the_house'),
    ]

    operations = [
        migrations.AddField(
            model_name='reportmail',
            name='node_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='exportplan',
            name='node_id',
            field=models.UUIDField(null=True),
        ),
    ]
