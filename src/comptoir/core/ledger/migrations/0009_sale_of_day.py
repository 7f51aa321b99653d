"""A day's sales of all stores, the latest first, are found without looking at those of other days."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0008_sale_on_account'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(fields=['organisation_id', 'business_date', 'id'], name='sale_of_day'),
        ),
    ]
