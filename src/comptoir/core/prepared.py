"""Statements that every bill asks: planned once for each session of a worker instead of every time.

Django writes values into the text of a statement, so the server never sees the same one twice, and planning it costs as
much as running it. A statement of this cursor travels apart from its values; in a worker its session has a plan for it
from the third time on. Its text is therefore constant (arrays and JSON, never a list of placeholders), and the type of
each value can be told from it. What is asked rarely, or is best planned for its values, stays with Django's own cursor.

A migration may change what a planned statement answers while a worker runs. PostgreSQL refuses it then: the transaction
fails, all plans of the process are made anew, and the job runs again (`core.jobs.engine`). Web processes keep no plans,
so no page fails for that.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, LiteralString, Self, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.utils import CursorWrapper
from psycopg.pq import TransactionStatus

Row = TypeVar("Row", bound=models.Model)

PREPARED_AFTER: Final = 2

_kept: int | None = None
"""After how many times a session of this process keeps a plan; None for never."""
_generation = 0
"""How often plans have been outdated in this process: it is part of each text, so all are planned anew."""


class _Cursor(psycopg.Cursor[Any]):
    """psycopg's own cursor, whose values the server binds, on a session that prepares nothing of Django's."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Raises FeatureNotSupported, within a transaction alone, when a plan has been outdated."""
        # Not for the whole session: it would count, and keep, the last hundred texts of Django's cursors as well.
        self.connection.prepare_threshold = _kept
        try:
            return super().execute(_current(query), params, **options)
        except psycopg.errors.FeatureNotSupported:
            _outdate()
            if self.connection.info.transaction_status is not TransactionStatus.IDLE:
                raise
            return super().execute(_current(query), params, **options)
        finally:
            self.connection.prepare_threshold = None


def cursor() -> CursorWrapper:
    """A cursor of Django's connection for statements that are planned once; in its transaction, if there is one."""
    connection.ensure_connection()
    own: Any = _Cursor(cast("psycopg.Connection[Any]", connection.connection))
    return connection.make_debug_cursor(own) if connection.queries_logged else connection.make_cursor(own)


def fetch(model: type[Row], where: LiteralString, values: Sequence[Any]) -> list[Row]:
    """The rows for which `where` holds, which names the organisation or its stores and may end in `FOR UPDATE`.

    Without the ORM, whose making of a question costs several times its answer.
    """
    fields = model._meta.concrete_fields
    names = tuple(field.attname for field in fields)
    own = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    with cursor() as asked:
        asked.execute(_statement(model, where), values)
        found = [list(row) for row in asked.fetchall()]
    for row in found:
        for place, read in own:
            row[place] = read(row[place], None, connection)
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in found]


@cache
def _statement(model: type[models.Model], where: str) -> str:
    columns = ", ".join(str(field.column) for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {model._meta.db_table} WHERE {where}"  # noqa: S608 - every part is written here


def keep_plans() -> None:
    """From now on sessions of this process keep plans: it works the same statements all day."""
    global _kept
    _kept = PREPARED_AFTER


def _current(query: str) -> str:
    return f"{query} -- {_generation}" if _generation else query


def _outdate() -> None:
    global _generation
    _generation += 1
