-- One stretch of trade of every store, in SQL alone: lines as a fact table has them, and from them what the product
-- keeps: sales, roll-up, hours and days of traffic, cells of the weekly balance.
INSERT INTO bench_line (store, business_date, closed_at, sale, line, quantity, total, tax)
SELECT s.id, d.day::date, sold.at,
    overlay(overlay(lpad(to_hex((extract(epoch FROM sold.at) * 1000)::bigint), 12, '0')
        || substr(md5(s.id::text || d.day || i), 1, 20) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid,
    j, 1 + j %% 2, 4 + (i * 7 + j * 3 + s.place) %% 40, round((4 + (i * 7 + j * 3 + s.place) %% 40) / 11.0, 4)
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_store) AS s,
    generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d (day),
    generate_series(1, %(sales)s) AS i,
    LATERAL (SELECT (d.day::timestamp + time '09:00' + i * interval '10 hours' / %(sales)s)
        AT TIME ZONE 'Europe/Paris' AS at) AS sold,
    generate_series(1, 3) AS j;

INSERT INTO ledger_sale (organisation_id, id, store_id, provider, location_id, external_id, previous_external_id, kind,
    state, counted, currency, opened_at, closed_at, business_date, total, receipt_number, register_id, register_name,
    table_name, document, content_hash, unbalanced, revision, source, observed_at, first_seen_at, updated_at)
SELECT %(organisation)s, sale, store, 'lightspeed_k', left(store::text, 18), sale::text, '', 'sale', 'closed', true,
    'EUR', closed_at, closed_at, business_date, (sum(total) * 100)::bigint, 'R' || right(sale::text, 8), '1', 'Bar', '',
    jsonb_build_object('location_id', left(store::text, 18), 'external_id', sale, 'kind', 'sale', 'state', 'closed',
        'counted', true, 'currency', 'EUR', 'opened_at', closed_at, 'closed_at', closed_at,
        'total', sum(total)::text, 'paid', sum(total)::text, 'tax', sum(tax)::text,
        'receipt_number', 'R' || right(sale::text, 8), 'register', '{"id": "1", "name": "Bar"}'::jsonb,
        'lines', jsonb_agg(jsonb_build_object('name', 'Plat ' || line, 'quantity', quantity::text,
            'unit_price', round(total / quantity, 4)::text, 'total', total::text, 'tax', tax::text,
            'sku', 'P' || line, 'category', 'Carte')),
        'payments', jsonb_build_array(jsonb_build_object('amount', sum(total)::text))),
    decode(md5(sale::text), 'hex'), false, 1, 'read', closed_at, closed_at, closed_at
FROM bench_line WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY store, sale, closed_at, business_date;

INSERT INTO ledger_hourlyfigure (organisation_id, store_id, hour, register_id, measure, currency, business_date, value)
SELECT %(organisation)s, store, hour, '1', told.measure, 'EUR', business_date, told.value
FROM (SELECT store, date_trunc('hour', closed_at) AS hour, business_date, sum(total) AS total, sum(tax) AS tax,
        sum(quantity) AS goods, count(DISTINCT sale) AS sales
    FROM bench_line WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3) AS h,
    LATERAL (VALUES ('net_sales', total), ('gross_sales', total), ('tax', tax), ('goods_sold', goods),
        ('untaxed_gross_sales', total - tax), ('receipts', sales), ('transactions', sales)) AS told (measure, value);

INSERT INTO ledger_tradingday (organisation_id, store_id, business_date, revision, changed_at)
SELECT DISTINCT %(organisation)s::uuid, store, business_date, 1, business_date + interval '1 day'
FROM bench_line WHERE business_date BETWEEN %(first)s AND %(last)s;

INSERT INTO traffic_hour (organisation_id, store_id, hour, business_date, visitors, transactions, return_receipts,
    sales, gross, discounts, returns, items, returned, staff_hours, revision, updated_at, traffic_status, staff_status,
    tailored)
SELECT %(organisation)s, store, date_trunc('hour', closed_at), business_date, 4 * count(DISTINCT sale),
    count(DISTINCT sale), 0, sum(total - tax), sum(total - tax), 0, 0, sum(quantity), 0, 2, 1, now(), 'measured',
    'measured', ''
FROM bench_line WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY store, date_trunc('hour', closed_at), business_date;

INSERT INTO traffic_day (organisation_id, store_id, business_date, visitors, transactions, return_receipts, sales,
    gross, discounts, returns, items, returned, staff_hours, revision, updated_at, x_t, s_t, t_h, h_t, s_h, x_h, hours,
    hours_t, hours_h, tailored_hours, ledger_revision)
SELECT organisation_id, store_id, business_date, sum(visitors), sum(transactions), 0, sum(sales), sum(gross), 0, 0,
    sum(items), 0, sum(staff_hours), 1, now(), sum(transactions), sum(sales), sum(visitors), sum(staff_hours),
    sum(sales), sum(transactions), count(*), count(*), count(*), 0, 1
FROM traffic_hour WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3;

INSERT INTO weekly_balance_day (organisation_id, department_id, business_date, state, revision, failures,
    confirmed_at, confirmed_by, reason, note)
SELECT %(organisation)s, d.id, l.business_date, 'confirmed', 1, '[]', now(), 'bench', '', ''
FROM traffic_day AS l JOIN weekly_balance_department AS d ON d.store_id = l.store_id
WHERE l.business_date BETWEEN %(first)s AND %(last)s;

INSERT INTO weekly_balance_cell (organisation_id, department_id, business_date, field_id, measured, is_approved,
    updated_at)
SELECT %(organisation)s, d.id, t.business_date, f.id,
    CASE f.field_type WHEN 'transactions' THEN t.transactions WHEN 'goods_sold' THEN t.items ELSE t.sales END, false,
    now()
FROM traffic_day AS t JOIN weekly_balance_department AS d ON d.store_id = t.store_id, weekly_balance_field AS f
WHERE t.business_date BETWEEN %(first)s AND %(last)s
    AND f.field_type IN ('net_sales', 'gross_sales', 'transactions', 'goods_sold');
