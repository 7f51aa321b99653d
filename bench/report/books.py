"""`python -m bench.report.books STORES SALES_A_DAY YEARS TODAY`: a chain's trade up to a day, made in SQL.

What is there stays: days before it and after it are added. The chain and its owner are made by the first call, the
table of facts is of one year alone. It ends with a proof on one store: the product's own code, asked to make the same
figures from the sales, changes nothing.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from bench.failure import BenchFailure
from comptoir.cli import house

BOOKS: Final = Path(__file__).with_name("books.sql")
YEAR: Final = timedelta(days=365)
ONE_DAY: Final = timedelta(days=1)
MANY: Final = timedelta(days=60)
"""From so many days on it is quicker to make the indexes anew than to keep them."""
TABLES: Final = (
    *("ledger_sale", "ledger_hourlyfigure", "ledger_clockentry", "ledger_staffhour", "ledger_tradingday"),
    *("traffic_count", "traffic_hour", "traffic_day", "bench_line"),
    *("weekly_balance_day", "weekly_balance_hourfigure", "weekly_balance_cell"),
)
FACTS: Final = (
    "CREATE TABLE bench_line (store uuid, business_date date, closed_at timestamptz, sale uuid, line int, quantity int,"
    " total numeric(12, 2), tax numeric(12, 4))",
    "CREATE INDEX bench_line_by_day ON bench_line (business_date, store)",
)
CONSTRAINTS: Final = (
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'u', 'f') ORDER BY contype DESC"
)
INDEXES: Final = (
    "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
    " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
)
MEMORY: Final = ("SET work_mem = '128MB'", "SET maintenance_work_mem = '512MB'", "SET synchronous_commit = off")


def chain(stores: int) -> Any:
    """An organisation with so many stores, a department and a counter each, and its owner."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from comptoir.apps.traffic.count_tables import Counter
    from comptoir.apps.weekly_balance import setting_up
    from comptoir.apps.weekly_balance.models import Field
    from comptoir.core.accounts.models import Membership, Organisation, Store
    from comptoir.core.accounts.roles import Role
    from comptoir.kernel.ids import new_id

    now = datetime.now(UTC)
    organisation = Organisation.objects.create(name="Bench", created_at=now)
    for number in range(stores):
        store = Store.objects.create(
            organisation=organisation,
            name=f"Bench {number:03}",
            timezone="Europe/Paris",
            currency="EUR",
            country="FR",
            day_start=time(4),
            created_at=now,
        )
        setting_up.save_department(
            store=store, name=store.name, client_number="", terminals=["1"], actor="bench", now=now
        )
        Counter.objects.create(
            organisation_id=organisation.id, id=new_id(), store_id=store.id, name="Entrance", created_at=now
        )
    for code, _name, kind in setting_up.USUAL:
        Field.objects.filter(organisation_id=organisation.id, number=code).update(field_type=kind)
    alice = get_user_model().objects.create_user("alice@example.com", name="Alice")
    Membership.objects.create(organisation=organisation, user=alice, role=Role.OWNER)
    with connection.cursor() as cursor:
        for statement in FACTS:
            cursor.execute(statement)
    return organisation


def add(cursor: Any, organisation_id: UUID, sales: int, first: date, last: date, *, facts: bool) -> None:
    """The days from the first to the last; nothing when there are none."""
    if first > last:
        return
    values = {"organisation": organisation_id, "sales": sales, "first": first, "last": last, "facts": facts}
    if last - first < MANY:
        _run(cursor, values)
        _add_weeks(cursor, organisation_id, first, last)
        return
    with _bare(cursor):
        _run(cursor, values)
    cursor.execute("ANALYZE")
    _add_weeks(cursor, organisation_id, first, last)
    cursor.execute("VACUUM ANALYZE")


def _add_weeks(cursor: Any, organisation_id: UUID, first: date, last: date) -> None:
    """By the product's own statements: there are no quicker ones."""
    from comptoir.apps.traffic import weeks

    cursor.execute("SELECT id FROM accounts_store WHERE organisation_id = %s", [organisation_id])
    for (store_id,) in cursor.fetchall():
        days = (first + number * ONE_DAY for number in range((last - first).days + 1))
        weeks.make(organisation_id, [(store_id, day) for day in days])


def _run(cursor: Any, values: dict[str, Any]) -> None:
    for statement in BOOKS.read_text().split(";\n"):
        cursor.execute(statement, values)


@contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """The tables without keys and indexes, which are made anew at the end: sorted once instead of found row by row."""
    cursor.execute(CONSTRAINTS, [list(TABLES)])
    constraints = cursor.fetchall()
    cursor.execute(INDEXES, [list(TABLES)])
    indexes = cursor.fetchall()
    for table, name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for table, name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _name, definition in indexes:
        cursor.execute(definition)


def prove(organisation_id: UUID, day: date) -> None:
    """What was made in SQL is what the product makes of the same sales. Raises BenchFailure where it is not."""
    from comptoir.apps.traffic import projection, weeks
    from comptoir.apps.weekly_balance import engine
    from comptoir.apps.weekly_balance.models import Client, Department
    from comptoir.core.accounts.models import Store
    from comptoir.core.ledger import rebuild

    now = datetime.now(UTC)
    shop = Store.objects.filter(organisation_id=organisation_id).order_by("id")[0]
    ledger = rebuild.compare(shop, mend=False)
    behind = weeks.behind(organisation_id, [(shop.id, day - number * YEAR / 12) for number in range(12)])
    hours = len(behind) + projection.restate(organisation_id, [(shop.id, day)], now=now)
    department = Department.objects.get(organisation_id=organisation_id, store_id=shop.id)
    client = Client.objects.get(organisation_id=organisation_id)
    balance = engine.compute(client=client, department=department, days=[day], now=now)
    if not ledger.figures or ledger.wrong or hours or balance.written or balance.pending or balance.kept:
        raise BenchFailure(f"What SQL made is not what the product makes: {ledger}, {hours} hours, {balance}.")


def main(stores: int, sales: int, years: int, today: date) -> None:
    """Make what is not there, prove it, and print the cookie of the owner's session."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from bench.pages.house import signed_in
    from comptoir.core.accounts.models import Organisation

    organisation = Organisation.objects.first() or chain(stores)
    first = today - years * YEAR
    with connection.cursor() as cursor:
        for statement in MEMORY:
            cursor.execute(statement)
        if years > 1:
            cursor.execute("TRUNCATE bench_line")
        cursor.execute("SELECT min(business_date), max(business_date) FROM ledger_tradingday")
        known = cursor.fetchone()
        if known[0] is None:
            known = (today + ONE_DAY, today)
        add(cursor, organisation.id, sales, first, known[0] - ONE_DAY, facts=years == 1)
        add(cursor, organisation.id, sales, known[1] + ONE_DAY, today, facts=years == 1)
    prove(organisation.id, today - ONE_DAY)
    print(json.dumps(signed_in(get_user_model().objects.get())))


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), date.fromisoformat(sys.argv[4]))
