"""Test payments: nobody's money, one at a time for each integration (O11)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pay_at_table", "0012_orphans_are_seen_to")]

    operations = [
        migrations.AddField("guestpayment", "is_test", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "guestpayment",
            models.UniqueConstraint(
                condition=models.Q(("is_test", True), models.Q(("state", "settled_manually"), _negated=True)),
                fields=("organisation", "integration_id"),
                name="table_one_test_at_a_time",
            ),
        ),
    ]
