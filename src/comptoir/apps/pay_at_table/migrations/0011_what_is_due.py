"""What was given back in part, and what the till was asked for under each reference."""

from django.db import migrations, models

ATTEMPTS = """
UPDATE pay_at_table_attempt AS attempt SET amount = payment.amount
FROM pay_at_table_guestpayment AS payment
WHERE payment.organisation_id = attempt.organisation_id AND payment.id = attempt.payment_id
"""
REFUNDS = """
UPDATE pay_at_table_guestpayment AS payment
SET given_back = CASE WHEN payment.given_back_at IS NOT NULL THEN payment.amount
                      ELSE LEAST(payment.amount, refunds.amount) END
FROM (SELECT organisation_id, payment_id, sum(amount) AS amount FROM pay_at_table_refund
      WHERE status = 'succeeded' GROUP BY organisation_id, payment_id) AS refunds
WHERE refunds.organisation_id = payment.organisation_id AND refunds.payment_id = payment.id
"""
ASKED = """
UPDATE pay_at_table_guestpayment SET refund_asked = amount - given_back
WHERE refund_asked_at IS NOT NULL AND given_back < amount
"""
NOTHING = migrations.RunSQL.noop


class Migration(migrations.Migration):
    dependencies = [("pay_at_table", "0010_plan_lines")]

    operations = [
        migrations.AddField("attempt", "amount", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("guestpayment", "given_back", models.BigIntegerField(default=0)),
        migrations.AddField("guestpayment", "refund_asked", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "guestpayment",
            models.CheckConstraint(
                condition=models.Q(given_back__gte=0, given_back__lte=models.F("amount")),
                name="table_given_back_at_most_what_was_taken",
            ),
        ),
        migrations.RunSQL([ATTEMPTS, REFUNDS, ASKED], NOTHING),
    ]
