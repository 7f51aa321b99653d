"""Of each store's months the hours of each weekday by the clock, made of the hours that are there."""

from django.db import migrations, models

# The first day of its month that is the same weekday.
SINCE = "t.business_date - (extract(day FROM t.business_date)::int - 1) / 7 * 7"
X = "t.transactions + t.return_receipts * k.receipts"
HOURS = f"""
INSERT INTO traffic_monthclock (organisation_id, store_id, since, clock, in_business, visitors, transactions, sales,
    staff_hours, x_t, hours, hours_t, hours_h)
SELECT t.organisation_id, t.store_id, {SINCE}, (t.hour AT TIME ZONE s.timezone)::time, coalesce(t.open_hours, 1) > 0,
    coalesce(sum(t.visitors), 0), sum({X}), sum(t.sales), coalesce(sum(t.staff_hours), 0),
    coalesce(sum({X}) FILTER (WHERE t.visitors IS NOT NULL), 0), count(*), count(t.visitors), count(t.staff_hours)
FROM traffic_hour AS t
JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id
LEFT JOIN traffic_settings AS g ON g.organisation_id = t.organisation_id
CROSS JOIN LATERAL (SELECT CASE g.transactions WHEN 'all' THEN 1 WHEN 'net' THEN -1 ELSE 0 END AS receipts) AS k
GROUP BY 1, 2, 3, 4, 5
"""


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0030_feeds_keep_english'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthClock',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'store_id', 'since', 'clock', 'in_business', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
                ('since', models.DateField()),
                ('clock', models.TimeField()),
                ('in_business', models.BooleanField()),
                ('visitors', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('transactions', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('sales', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('staff_hours', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('x_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('hours', models.SmallIntegerField(default=0)),
                ('hours_t', models.SmallIntegerField(default=0)),
                ('hours_h', models.SmallIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop),
    ]
