"""`python -m bench.report.books STORES SALES_A_DAY FIRST LAST`: a chain's trade between two dates, made in SQL.

The chain, its owner and the fact table are made by the first call; each call adds its days.
"""

import json
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from comptoir.cli import house

BOOKS: Final = Path(__file__).with_name("books.sql")
FACTS: Final = (
    "CREATE TABLE bench_line (store uuid, business_date date, closed_at timestamptz, sale uuid, line int, quantity int,"
    " total numeric(12, 2), tax numeric(12, 4))",
    "CREATE INDEX bench_line_by_day ON bench_line (business_date, store)",
)


def chain(stores: int) -> Any:
    """An organisation with so many stores, a department each, and its owner."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from comptoir.apps.weekly_balance import setting_up
    from comptoir.apps.weekly_balance.models import Field
    from comptoir.core.accounts.models import Membership, Organisation, Store
    from comptoir.core.accounts.roles import Role

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
    for code, _name, kind in setting_up.USUAL:
        Field.objects.filter(organisation_id=organisation.id, number=code).update(field_type=kind)
    alice = get_user_model().objects.create_user("alice@example.com", name="Alice")
    Membership.objects.create(organisation=organisation, user=alice, role=Role.OWNER)
    with connection.cursor() as cursor:
        for statement in FACTS:
            cursor.execute(statement)
    return organisation


def main(stores: int, sales: int, first: str, last: str) -> None:
    """Make what is not there, add the days, and print the cookie of the owner's session."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from bench.pages.house import signed_in
    from comptoir.core.accounts.models import Organisation

    organisation = Organisation.objects.first() or chain(stores)
    values = {"organisation": organisation.id, "sales": sales, "first": first, "last": last}
    with connection.cursor() as cursor:
        for statement in BOOKS.read_text().split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps(signed_in(get_user_model().objects.get())))


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5])
