import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0007_book_readings'),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM intake_importrun", migrations.RunSQL.noop),
        migrations.RemoveField('importrun', 'cursor'),
        migrations.RemoveField('importrun', 'reached_at'),
        migrations.AddField('importrun', 'connection_id', models.UUIDField(default=None), preserve_default=False),
        migrations.AddField('importrun', 'going_since', models.DateTimeField(default=django.utils.timezone.now), preserve_default=False),
        migrations.AddField('importrun', 'share_then', models.FloatField(default=0)),
        migrations.AddField('importrun', 'read_then', models.IntegerField(default=0)),
        migrations.AlterField(
            'importrun', 'state',
            models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('cancelled', 'Cancelled'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=16),
        ),
        migrations.AddIndex('importrun', models.Index(condition=models.Q(('state', 'running')), fields=['organisation_id', 'connection_id'], name='import_run_running')),
        migrations.CreateModel(
            name='ImportWindow',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'run_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('run_id', models.UUIDField()),
                ('number', models.SmallIntegerField()),
                ('location_link_id', models.UUIDField()),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('reading', 'Reading'), ('done', 'Done'), ('known', 'Known'), ('failed', 'Failed')], default='waiting', max_length=16)),
                ('cursor', models.CharField(blank=True, max_length=200)),
                ('sales_read', models.IntegerField(default=0)),
                ('sales_changed', models.IntegerField(default=0)),
                ('reached_at', models.DateTimeField()),
                ('attempts', models.SmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('fault', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'reading'))), fields=['organisation_id', 'run_id', 'due_at'], name='import_window_open'), models.Index(condition=models.Q(('state', 'done')), fields=['organisation_id', 'location_link_id', 'start'], name='import_window_done')],
            },
        ),
    ]
