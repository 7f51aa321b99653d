from django.db import migrations, models

# The table of django.core.cache.backends.db, made here so that no command beside `migrate` is needed. It is unlogged:
# counts of attempts may be lost in a crash.


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_invitations'),
    ]

    operations = [
        migrations.AddField('apitoken', 'start', models.CharField(blank=True, default='', max_length=12), preserve_default=False),
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE accounts_attempt (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX accounts_attempt_expires ON accounts_attempt (expires);
            """,
            "DROP TABLE accounts_attempt",
        ),
    ]
