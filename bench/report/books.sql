-- One stretch of trade of every store, set by set: sales as the product keeps them, and all that it makes of them.
-- A sale is one of forty baskets, so the parts of its document are written once and put together per sale.
CREATE TEMP TABLE basket_line AS
SELECT b AS basket, line, 1 + line %% 2 AS quantity, (4 + (b + line * 3) %% 40)::numeric(12, 2) AS total,
    round((4 + (b + line * 3) %% 40) / 11.0, 4) AS tax
FROM generate_series(0, 39) AS b, generate_series(1, 3) AS line;

CREATE TEMP TABLE basket AS
SELECT basket, sum(total) AS total, sum(tax) AS tax, sum(quantity) AS goods,
    jsonb_build_object('kind', 'sale', 'state', 'closed', 'counted', true, 'currency', 'EUR',
        'total', sum(total)::text, 'paid', sum(total)::text, 'tax', sum(tax)::text,
        'register', '{"id": "1", "name": "Bar"}'::jsonb,
        'lines', jsonb_agg(jsonb_build_object('name', 'Plat ' || line, 'quantity', quantity::text,
            'unit_price', round(total / quantity, 4)::text, 'total', total::text, 'tax', tax::text,
            'sku', 'P' || line, 'category', 'Carte') ORDER BY line),
        'payments', jsonb_build_array(jsonb_build_object('amount', sum(total)::text))) AS document
FROM basket_line GROUP BY basket;

CREATE TEMP TABLE sold AS
SELECT s.id AS store, d.day::date AS day, sold.at,
    overlay(overlay(lpad(to_hex((extract(epoch FROM sold.at) * 1000)::bigint), 12, '0')
        || substr(md5(s.id::text || d.day || i), 1, 20) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid AS id,
    (i * 7 + s.place) %% 40 AS basket
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_store) AS s,
    generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d (day),
    generate_series(1, %(sales)s) AS i,
    LATERAL (SELECT (d.day::timestamp + time '09:00' + i * interval '10 hours' / %(sales)s)
        AT TIME ZONE 'Europe/Paris' AS at) AS sold
-- As sales come in; what follows keeps the order.
ORDER BY sold.at;

CREATE TEMP TABLE hour_sum AS
SELECT store, day, date_trunc('hour', at) AS hour, count(*) AS sales, sum(total) AS total, sum(tax) AS tax,
    sum(goods) AS goods
FROM sold JOIN basket USING (basket) GROUP BY 1, 2, 3;

ANALYZE hour_sum;

INSERT INTO ledger_sale (organisation_id, id, store_id, provider, location_id, external_id, previous_external_id, kind,
    state, counted, currency, opened_at, closed_at, business_date, total, receipt_number, register_id, register_name,
    table_name, document, content_hash, unbalanced, revision, source, observed_at, first_seen_at, updated_at)
SELECT %(organisation)s, id, store, 'lightspeed_k', left(store::text, 18), id::text, '', 'sale', 'closed', true, 'EUR',
    at, at, day, (total * 100)::bigint, 'R' || right(id::text, 8), '1', 'Bar', '',
    document || jsonb_build_object('location_id', left(store::text, 18), 'external_id', id, 'opened_at', at,
        'closed_at', at, 'receipt_number', 'R' || right(id::text, 8)),
    decode(md5(id::text), 'hex'), false, 1, 'read', at, at, at
FROM sold JOIN basket USING (basket);

INSERT INTO ledger_hourlyfigure (organisation_id, store_id, hour, register_id, measure, currency, business_date, value)
SELECT %(organisation)s, store, hour, '1', told.measure, 'EUR', day, told.value
FROM hour_sum, LATERAL (VALUES ('net_sales', total), ('gross_sales', total), ('tax', tax), ('goods_sold', goods),
    ('untaxed_gross_sales', total - tax), ('receipts', sales), ('transactions', sales)) AS told (measure, value)
ORDER BY hour, store;

INSERT INTO ledger_clockentry (organisation_id, id, store_id, provider, location_id, external_id, staff_id, staff_name,
    register_id, started_at, ended_at, deleted, business_date, revision, first_seen_at, updated_at)
SELECT %(organisation)s, gen_random_uuid(), store, 'lightspeed_k', left(store::text, 18), day || '-' || person,
    'P' || person, '', '', min(hour), max(hour) + interval '1 hour', false, day, 1, max(hour), max(hour)
FROM hour_sum, generate_series(1, 2) AS person GROUP BY store, day, person;

INSERT INTO ledger_staffhour (organisation_id, store_id, hour, business_date, value)
SELECT %(organisation)s, store, hour, day, 2 FROM hour_sum ORDER BY hour, store;

INSERT INTO ledger_tradingday (organisation_id, store_id, business_date, revision, changed_at)
SELECT DISTINCT %(organisation)s::uuid, store, day, 1, day + interval '1 day' FROM hour_sum;

INSERT INTO traffic_count (organisation_id, counter_id, start, minutes, went_in, went_out, source, received_at)
SELECT %(organisation)s, c.id, hour, 60, 4 * sales, 4 * sales, 'push', hour
FROM hour_sum JOIN traffic_counter AS c ON c.store_id = store ORDER BY hour, store;

INSERT INTO traffic_hour (organisation_id, store_id, hour, business_date, visitors, went_out, transactions,
    return_receipts, sales, gross, discounts, returns, items, returned, staff_hours, revision, updated_at,
    traffic_status, staff_status, tailored)
SELECT %(organisation)s, store, hour, day, 4 * sales, 4 * sales, sales, 0, total - tax, total - tax, 0, 0, goods, 0, 2,
    1, now(), 'measured', 'measured', ''
FROM hour_sum ORDER BY hour, store;

INSERT INTO traffic_day (organisation_id, store_id, business_date, visitors, went_out, transactions, return_receipts,
    sales, gross, discounts, returns, items, returned, staff_hours, revision, updated_at, x_t, s_t, t_h, h_t, s_h, x_h,
    hours, hours_t, hours_h, s_c, t_o, o_t, sold, hours_c, hours_o, hours_e, hours_p, above_usual,
    tailored_hours, ledger_revision)
SELECT %(organisation)s, store, day, 4 * sum(sales), 4 * sum(sales), sum(sales), 0, sum(total - tax), sum(total - tax),
    0, 0, sum(goods), 0, 2 * count(*), 1, now(), sum(sales), sum(total - tax), 4 * sum(sales), 2 * count(*),
    sum(total - tax), sum(sales), count(*), count(*), count(*), 0, 0, 0, sum(goods), 0, 0, 0, 0, 0, 0, 1
FROM hour_sum GROUP BY store, day ORDER BY day, store;

INSERT INTO weekly_balance_day (organisation_id, department_id, business_date, state, revision, failures,
    confirmed_at, confirmed_by, reason, note)
SELECT %(organisation)s, d.id, day, 'confirmed', 1, '[]', now(), 'bench', '', ''
FROM (SELECT DISTINCT store, day FROM hour_sum) AS h JOIN weekly_balance_department AS d ON d.store_id = h.store;

INSERT INTO weekly_balance_hourfigure (organisation_id, department_id, business_date, field_id, start, register_id,
    value)
SELECT %(organisation)s, d.id, day, f.id, hour, '1',
    CASE f.field_type WHEN 'transactions' THEN sales WHEN 'goods_sold' THEN goods ELSE total - tax END
FROM hour_sum JOIN weekly_balance_department AS d ON d.store_id = store, weekly_balance_field AS f
WHERE f.field_type IN ('net_sales', 'gross_sales', 'transactions', 'goods_sold');

INSERT INTO weekly_balance_cell (organisation_id, department_id, business_date, field_id, measured, is_approved,
    updated_at)
SELECT %(organisation)s, d.id, day, f.id,
    CASE f.field_type WHEN 'transactions' THEN sales WHEN 'goods_sold' THEN goods
        WHEN 'net_sales' THEN net WHEN 'gross_sales' THEN net ELSE 0 END, false, now()
FROM (SELECT store, day, sum(sales) AS sales, sum(goods) AS goods, sum(total - tax) AS net FROM hour_sum GROUP BY 1, 2)
    AS t JOIN weekly_balance_department AS d ON d.store_id = t.store, weekly_balance_field AS f
WHERE f.field_type IN ('net_sales', 'gross_sales', 'discounts', 'returns', 'transactions', 'goods_sold',
    'goods_returned');

INSERT INTO bench_line (store, business_date, closed_at, sale, line, quantity, total, tax)
SELECT store, day, at, id, line, quantity, total, tax FROM sold JOIN basket_line USING (basket) WHERE %(facts)s;

DROP TABLE basket, basket_line, sold, hour_sum
