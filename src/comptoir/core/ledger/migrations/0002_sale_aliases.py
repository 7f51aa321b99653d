from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SaleAlias',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'alias', 'sale_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('alias', models.CharField(max_length=200)),
                ('sale_id', models.UUIDField()),
            ],
        ),
    ]
