"""When somebody has seen to a payment that nobody knows, and who."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pay_at_table", "0011_what_is_due")]

    operations = [
        migrations.AddField("orphan", "seen_to_at", models.DateTimeField(null=True)),
        migrations.AddField("orphan", "seen_to_by", models.CharField(blank=True, default="", max_length=64), False),
    ]
