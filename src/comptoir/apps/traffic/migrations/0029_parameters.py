"""Schedules keep the parameters of their report; those that were there have none, and go on as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("traffic", "0028_subscriptions_to_a_level")]

    operations = [
        migrations.AddField("reportmail", "asked", models.JSONField(default=dict)),
        migrations.AddField("exportplan", "asked", models.JSONField(default=dict)),
    ]
