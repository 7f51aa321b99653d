"""Accounts that are reached at a host of their own."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The account's part of the host."""

    dependencies: ClassVar = [("connections", "0003_call_budget")]

    operations: ClassVar = [
        migrations.AddField(
            "connection", "domain", models.CharField(blank=True, default="", max_length=63), preserve_default=False
        ),
    ]
