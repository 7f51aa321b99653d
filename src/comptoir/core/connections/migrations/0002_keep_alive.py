"""When tokens are renewed unasked, and when a vendor that refused us is asked again."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two instants on a connection."""

    dependencies: ClassVar = [("connections", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField("connection", "keep_alive_at", models.DateTimeField(null=True)),
        migrations.AddField("connection", "probe_at", models.DateTimeField(null=True)),
    ]
