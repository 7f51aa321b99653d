"""Empty the tables between tests, in one statement and only those that hold something.

Django's own way asks for the tables' names, truncates each (most of a second: new files for each table and index) and
makes all content types and permissions anew. Those stay as they are here: they say what models there are.
"""

from functools import cache
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Foreign keys and what guards the ledger of points hold nothing up for a superuser in this role.
EMPTY = """
DO $$
DECLARE name text; is_full boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOREACH name IN ARRAY ARRAY[{}] LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO is_full;
    IF is_full THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
END $$
"""

_flush = TransactionTestCase._fixture_teardown


@cache
def may_pass_triggers() -> bool:
    """Whether this is a superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


@cache
def statement() -> str:
    """What empties the tables of all models."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = sorted(set(found) - KEPT)
    return EMPTY.format(", ".join(f"'{connection.ops.quote_name(each)}'" for each in names))


def empty(case: Any) -> None:
    if case.available_apps is not None or not may_pass_triggers():
        _flush(case)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement())


TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]
