"""Weeks of stores, and their hours by the clock, made of the days and hours that are there."""

from django.db import migrations, models

SINCE = "greatest(date_trunc('week', t.business_date), date_trunc('month', t.business_date))::date"
COLUMNS = """
    visitors, transactions, sales, items, returned, staff_hours, x_t, s_t, t_h, h_t, s_h, x_h, hours, hours_t,
    hours_h, labour_cost, s_c, t_o, o_t, sold, hours_c, hours_o, hours_e, hours_p
"""
WEEKS = f"""
INSERT INTO traffic_week (organisation_id, store_id, since, {COLUMNS})
SELECT t.organisation_id, t.store_id, {SINCE},
    coalesce(sum(t.visitors), 0), coalesce(sum(t.transactions), 0), coalesce(sum(t.sales), 0),
    coalesce(sum(t.items), 0), coalesce(sum(t.returned), 0), coalesce(sum(t.staff_hours), 0),
    coalesce(sum(t.x_t), 0), coalesce(sum(t.s_t), 0), coalesce(sum(t.t_h), 0), coalesce(sum(t.h_t), 0),
    coalesce(sum(t.s_h), 0), coalesce(sum(t.x_h), 0), coalesce(sum(t.hours), 0), coalesce(sum(t.hours_t), 0),
    coalesce(sum(t.hours_h), 0), coalesce(sum(t.labour_cost), 0), coalesce(sum(t.s_c), 0),
    coalesce(sum(t.t_o), 0), coalesce(sum(t.o_t), 0), coalesce(sum(t.sold), 0), coalesce(sum(t.hours_c), 0),
    coalesce(sum(t.hours_o), 0), coalesce(sum(t.hours_e), 0), coalesce(sum(t.hours_p), 0)
FROM traffic_day AS t GROUP BY 1, 2, 3
"""
HOURS = f"""
INSERT INTO traffic_weekclock (organisation_id, store_id, since, clock, in_business, {COLUMNS})
SELECT t.organisation_id, t.store_id, {SINCE}, (t.hour AT TIME ZONE s.timezone)::time, coalesce(t.open_hours, 1) > 0,
    coalesce(sum(t.visitors), 0), sum(t.transactions + t.return_receipts * k.receipts), sum(t.sales),
    sum(t.items - t.returned * k.returned), sum(t.returned), coalesce(sum(t.staff_hours), 0),
    coalesce(sum((t.transactions + t.return_receipts * k.receipts)) FILTER (WHERE t.visitors IS NOT NULL), 0),
    coalesce(sum(t.sales) FILTER (WHERE t.visitors IS NOT NULL), 0),
    coalesce(sum(t.visitors) FILTER (WHERE t.visitors IS NOT NULL AND t.staff_hours IS NOT NULL), 0),
    coalesce(sum(t.staff_hours) FILTER (WHERE t.visitors IS NOT NULL AND t.staff_hours IS NOT NULL), 0),
    coalesce(sum(t.sales) FILTER (WHERE t.staff_hours IS NOT NULL), 0),
    coalesce(sum((t.transactions + t.return_receipts * k.receipts)) FILTER (WHERE t.staff_hours IS NOT NULL), 0),
    count(*), count(t.visitors), count(t.staff_hours), coalesce(sum(t.labour_cost), 0),
    coalesce(sum(t.sales) FILTER (WHERE t.labour_cost IS NOT NULL), 0),
    coalesce(sum(t.visitors) FILTER (WHERE t.visitors IS NOT NULL AND t.open_hours IS NOT NULL), 0),
    coalesce(sum(t.open_hours) FILTER (WHERE t.visitors IS NOT NULL AND t.open_hours IS NOT NULL), 0),
    sum(t.items), count(t.labour_cost),
    count(*) FILTER (WHERE t.visitors IS NOT NULL AND t.open_hours IS NOT NULL),
    count(t.visitors) FILTER (WHERE t.traffic_status = 'estimated'),
    count(t.staff_hours) FILTER (WHERE t.staff_status = 'planned')
FROM traffic_hour AS t
JOIN accounts_store AS s ON s.organisation_id = t.organisation_id AND s.id = t.store_id
LEFT JOIN traffic_settings AS g ON g.organisation_id = t.organisation_id
CROSS JOIN LATERAL (SELECT CASE g.transactions WHEN 'all' THEN 1 WHEN 'net' THEN -1 ELSE 0 END AS receipts,
    CASE WHEN g.subtract_returns THEN 1 ELSE 0 END AS returned) AS k
GROUP BY 1, 2, 3, 4, 5
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_store_address'),
        ('traffic', '0021_budget_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Week',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'store_id', 'since', blank=True, editable=False, primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
                ('since', models.DateField()),
                ('visitors', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('transactions', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('sales', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('items', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('returned', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('staff_hours', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('x_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('t_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('h_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('x_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('hours', models.SmallIntegerField(default=0)),
                ('hours_t', models.SmallIntegerField(default=0)),
                ('hours_h', models.SmallIntegerField(default=0)),
                ('labour_cost', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_c', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('t_o', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('o_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('sold', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('hours_c', models.SmallIntegerField(default=0)),
                ('hours_o', models.SmallIntegerField(default=0)),
                ('hours_e', models.SmallIntegerField(default=0)),
                ('hours_p', models.SmallIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WeekClock',
            fields=[
                ('organisation_id', models.UUIDField()),
                ('store_id', models.UUIDField()),
                ('since', models.DateField()),
                ('visitors', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('transactions', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('sales', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('items', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('returned', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('staff_hours', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('x_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('t_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('h_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('x_h', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('hours', models.SmallIntegerField(default=0)),
                ('hours_t', models.SmallIntegerField(default=0)),
                ('hours_h', models.SmallIntegerField(default=0)),
                ('labour_cost', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('s_c', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('t_o', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('o_t', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('sold', models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ('hours_c', models.SmallIntegerField(default=0)),
                ('hours_o', models.SmallIntegerField(default=0)),
                ('hours_e', models.SmallIntegerField(default=0)),
                ('hours_p', models.SmallIntegerField(default=0)),
                ('pk', models.CompositePrimaryKey('organisation_id', 'store_id', 'since', 'clock', 'in_business', blank=True, editable=False, primary_key=True, serialize=False)),
                ('clock', models.TimeField()),
                ('in_business', models.BooleanField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL(WEEKS, migrations.RunSQL.noop),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop),
    ]
