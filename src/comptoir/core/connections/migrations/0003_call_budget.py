"""How often an account was asked lately, for all processes; not logged, since it is worth a second."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """One row for each connection."""

    dependencies: ClassVar = [("connections", "0002_keep_alive")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CallBudget",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "connection_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("organisation_id", models.UUIDField()),
                ("connection_id", models.UUIDField()),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), db_default=[], default=list, size=None
                    ),
                ),
                ("live_until", models.FloatField(db_default=0, default=0)),
                ("paused_until", models.FloatField(db_default=0, default=0)),
                ("slowed_until", models.FloatField(db_default=0, default=0)),
                ("wait", models.FloatField(db_default=0, default=0)),
            ],
        ),
        migrations.RunSQL(
            'ALTER TABLE "connections_callbudget" SET UNLOGGED', 'ALTER TABLE "connections_callbudget" SET LOGGED'
        ),
    ]
