"""Empty the tables between tests row by row: TRUNCATE makes new files for each table and index, most of a second."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

_truncate = DatabaseOperations.sql_flush


@cache
def may_pass_triggers() -> bool:
    """Foreign keys and what guards the ledger of points hold nothing up for a superuser in this role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def sql_flush(self: Any, style: Any, tables: Iterable[str], **options: Any) -> list[str]:
    if options.get("reset_sequences") or not may_pass_triggers():
        return _truncate(self, style, tables, **options)
    emptied = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
    return ["SET LOCAL session_replication_role = replica", *emptied] if emptied else []


DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
