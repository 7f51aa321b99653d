"""The inbox, partitioned by day; its rows go into the default partition, and those of today from there into their day.

Written by hand, since Django knows no partitions. PostgreSQL 15 knows no identity columns on partitioned tables either:
the running number is a sequence.
"""

from django.db import migrations, models

PARTITIONED = """
LOCK TABLE intake_notification IN ACCESS EXCLUSIVE MODE;
CREATE TABLE intake_notification_days (LIKE intake_notification INCLUDING DEFAULTS) PARTITION BY RANGE (received_minute);
CREATE TABLE intake_notification_default PARTITION OF intake_notification_days DEFAULT;
INSERT INTO intake_notification_days SELECT * FROM intake_notification;
CREATE SEQUENCE intake_notification_number;
SELECT setval('intake_notification_number', coalesce(max(id), 0) + 1, false) FROM intake_notification;
DROP TABLE intake_notification;
ALTER TABLE intake_notification_days RENAME TO intake_notification;
ALTER TABLE intake_notification ALTER id SET DEFAULT nextval('intake_notification_number');
ALTER SEQUENCE intake_notification_number OWNED BY intake_notification.id;
ALTER TABLE intake_notification ADD CONSTRAINT intake_notification_key PRIMARY KEY (received_minute, id);
ALTER TABLE intake_notification ADD CONSTRAINT body_once_a_minute UNIQUE (door, body_hash, received_minute);
CREATE INDEX notification_waiting ON intake_notification (id) WHERE processed_at IS NULL;
CREATE INDEX notification_by_tenant ON intake_notification (organisation_id, id DESC);
CREATE INDEX notification_parked ON intake_notification (organisation_id, id DESC) WHERE outcome = 'parked';
CREATE INDEX notification_unlinked ON intake_notification (provider, location_id, id DESC) WHERE outcome = 'unlinked';
CREATE INDEX notification_due ON intake_notification (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notification_tried ON intake_notification (store_id, tried_at) WHERE tried_at IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0004_replays'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PARTITIONED)],
            state_operations=[
                migrations.DeleteModel(name='Notification'),
                            migrations.CreateModel(
                                name='Notification',
                                fields=[
                                    ('pk', models.CompositePrimaryKey('received_minute', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                                    ('id', models.BigIntegerField(db_default=models.Func(models.Value('intake_notification_number'), function='nextval', output_field=models.BigIntegerField()))),
                                    ('organisation_id', models.UUIDField(null=True)),
                                    ('store_id', models.UUIDField(null=True)),
                                    ('provider', models.CharField(max_length=40)),
                                    ('door', models.CharField(max_length=60)),
                                    ('verified', models.BooleanField()),
                                    ('body', models.BinaryField()),
                                    ('body_hash', models.BinaryField()),
                                    ('headers', models.JSONField(default=dict)),
                                    ('copies', models.IntegerField(default=1)),
                                    ('received_at', models.DateTimeField()),
                                    ('received_minute', models.DateTimeField()),
                                    ('processed_at', models.DateTimeField(null=True)),
                                    ('outcome', models.CharField(blank=True, choices=[('recorded', 'Recorded'), ('unchanged', 'Unchanged'), ('unverified', 'Unverified'), ('confirmed', 'Confirmed'), ('unlinked', 'Unlinked'), ('parked', 'Parked')], max_length=16)),
                                    ('location_id', models.CharField(blank=True, max_length=64)),
                                    ('delivery', models.CharField(blank=True, max_length=120)),
                                    ('sale_id', models.UUIDField(null=True)),
                                    ('fault_path', models.CharField(blank=True, max_length=200)),
                                    ('fault', models.TextField(blank=True)),
                                    ('taken_for_store', models.BooleanField(default=False)),
                                    ('tries', models.SmallIntegerField(db_default=0, default=0)),
                                    ('tried_at', models.DateTimeField(null=True)),
                                    ('due_at', models.DateTimeField(null=True)),
                                ],
                                options={
                                    'indexes': [models.Index(condition=models.Q(('processed_at__isnull', True)), fields=['id'], name='notification_waiting'), models.Index(fields=['organisation_id', '-id'], name='notification_by_tenant'), models.Index(condition=models.Q(('outcome', 'parked')), fields=['organisation_id', '-id'], name='notification_parked'), models.Index(condition=models.Q(('outcome', 'unlinked')), fields=['provider', 'location_id', '-id'], name='notification_unlinked'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='notification_due'), models.Index(condition=models.Q(('tried_at__isnull', False)), fields=['store_id', 'tried_at'], name='notification_tried')],
                                    'constraints': [models.UniqueConstraint(fields=('door', 'body_hash', 'received_minute'), name='body_once_a_minute')],
                                },
                            ),
            ],
        ),
    ]
