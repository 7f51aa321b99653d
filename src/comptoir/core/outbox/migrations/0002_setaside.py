from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'store_id', 'app', 'event_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
                ('app', models.CharField(max_length=40)),
                ('event_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
        ),
    ]
