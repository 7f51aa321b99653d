"""`python -m bench.balance.page`: weeks of a year (`FULL=1`: three) as pages, and added up from their bills, in ms."""

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from comptoir.cli import house

FIRST: Final = date(2023, 1, 2)
DAYS: Final = (3 if os.environ.get("FULL") else 1) * 364
BILLS_A_DAY: Final = 90
WEEKS: Final = 26
"""How many of the weeks are asked for."""
FILL = """
INSERT INTO ledger_sale (organisation_id, id, store_id, provider, location_id, external_id, previous_external_id, kind,
  state, counted, currency, opened_at, closed_at, business_date, total, receipt_number, register_id, register_name,
  table_name, document, content_hash, unbalanced, revision, source, observed_at, first_seen_at, updated_at)
SELECT %(organisation)s, gen_random_uuid(), %(store)s, 'lightspeed_r', '1', n::text, '', 'sale', 'closed', true, 'USD',
  at, at, at::date, 12500, n::text, (n %% 3)::text, '', '',
  %(document)s::jsonb || jsonb_build_object('external_id', n::text,
    'opened_at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'closed_at',
    to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'register', jsonb_build_object('id', (n %% 3)::text)),
  ''::bytea, false, 1, 'read', at, at, at
FROM (SELECT n, %(first)s::timestamp + (n / %(day)s) * interval '1 day' + interval '8 hours'
  + (n %% %(day)s) * interval '8 minutes' AS at FROM generate_series(0, %(all)s - 1) AS n) AS bills
"""


def median_of(ask: Callable[[date], object]) -> list[float]:
    """Milliseconds of each week, the first one asked for twice: what it sets up is no part of it."""
    mondays = [FIRST + timedelta(weeks=number * (DAYS // 7) // WEEKS) for number in range(WEEKS)]
    ask(mondays[0])
    took = []
    for monday in mondays:
        began = time.perf_counter()
        ask(monday)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def main() -> None:
    """Fill, compute, ask both ways, and see that they say the same."""
    import msgspec
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client as Browser

    from bench.balance import client as clients
    from comptoir.apps.weekly_balance import engine, reads, sources
    from comptoir.core.accounts.models import Membership
    from comptoir.core.accounts.roles import Role
    from comptoir.pos.model import Line, Payment, Sale, SaleKind, SaleState

    store, client, department = clients.make("lightspeed_r")
    sale = Sale(
        location_id="1",
        external_id="1",
        kind=SaleKind.SALE,
        state=SaleState.CLOSED,
        counted=True,
        currency="USD",
        opened_at=datetime(2023, 1, 2, tzinfo=UTC),
        closed_at=datetime(2023, 1, 2, tzinfo=UTC),
        total=Decimal(125),
        tax=Decimal(25),
        lines=tuple(
            Line(name="Thing", quantity=Decimal(1), unit_price=Decimal(price), total=Decimal(price), sku=price)
            for price in ("50", "45", "30")
        ),
        payments=(Payment(amount=Decimal(125)),),
    )
    values: dict[str, Any] = {
        "organisation": store.organisation_id,
        "store": store.id,
        "first": FIRST,
        "day": BILLS_A_DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values | {"all": DAYS * BILLS_A_DAY, "document": msgspec.json.encode(sale).decode()})
        cursor.execute("ANALYZE")
    now = datetime.now(UTC)
    for start in range(0, DAYS, 28):
        days = [FIRST + timedelta(days=number) for number in range(start, min(start + 28, DAYS))]
        engine.compute(client=client, department=department, days=days, now=now)
    alice = get_user_model().objects.create_user("alice@example.com", name="Alice")
    Membership.objects.create(organisation=store.organisation, user=alice, role=Role.OWNER)
    browser = Browser()
    browser.force_login(alice)

    def page(monday: date) -> None:
        answer = browser.get("/balance", {"department": department.public_id, "week": monday.isoformat()})
        assert answer.status_code == 200, answer.status_code

    def facts(monday: date) -> object:
        return sources.measured(department, client.choices, first=monday, last=monday + timedelta(days=6))

    stored = reads.week(department, [FIRST + timedelta(days=number) for number in range(7)])
    added = facts(FIRST)
    for row in stored.rows:
        known = [each.day.get(row.kind) for each in added.values()] if isinstance(added, dict) else []
        if row.total is not None and sum(value or 0 for value in known) != row.total:
            raise SystemExit(f"{row.kind}: the page says {row.total}, the bills {known}")
    pages, sums = median_of(page), median_of(facts)
    print(
        json.dumps(
            {
                "page": statistics.median(pages),
                "page_p90": pages[int(len(pages) * 0.9)],
                "facts": statistics.median(sums),
                "bills": DAYS * BILLS_A_DAY,
            }
        )
    )


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main()
