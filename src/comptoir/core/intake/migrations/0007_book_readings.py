"""How far the books of each location are read without anybody asking."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One row for each linked location."""

    dependencies: ClassVar = [("intake", "0006_imports_reached")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="BookReading",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "location_link_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("organisation_id", models.UUIDField()),
                ("location_link_id", models.UUIDField()),
                ("read_until", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("long_due_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
                ("faults", models.SmallIntegerField(default=0)),
                ("fault", models.TextField(blank=True)),
            ],
            options={"indexes": [models.Index(fields=["due_at"], name="book_reading_due")]},
        ),
    ]
