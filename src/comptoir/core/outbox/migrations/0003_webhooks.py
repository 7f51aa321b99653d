import comptoir.kernel.ids
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_setaside'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'delivery_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('delivery_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('status', models.IntegerField(null=True)),
                ('duration_ms', models.IntegerField()),
                ('answer', models.TextField(blank=True)),
                ('fault', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=comptoir.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('url', models.TextField()),
                ('description', models.CharField(blank=True, max_length=200)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('store_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('secret', models.BinaryField()),
                ('previous_secret', models.BinaryField(null=True)),
                ('previous_until', models.DateTimeField(null=True)),
                ('disabled', models.CharField(blank=True, choices=[('', 'Not'), ('owner', 'Owner'), ('gone', 'Gone')], default='', max_length=10)),
                ('failing_since', models.DateTimeField(null=True)),
                ('silences', models.IntegerField(default=0)),
                ('not_before', models.DateTimeField(null=True)),
                ('warned_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'id'], name='endpoints_of_organisation')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=comptoir.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('endpoint_id', models.UUIDField()),
                ('event_id', models.UUIDField()),
                ('kind', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('given_up', 'Given Up')], default='waiting', max_length=10)),
                ('attempts', models.IntegerField(default=0)),
                ('position', models.IntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'endpoint_id', 'id'], name='deliveries_of_endpoint'), models.Index(condition=models.Q(('state', 'waiting')), fields=['endpoint_id', 'due_at'], name='webhook_due')],
                'constraints': [models.UniqueConstraint(fields=('organisation_id', 'endpoint_id', 'event_id'), name='one_delivery_per_endpoint')],
            },
        ),
    ]
