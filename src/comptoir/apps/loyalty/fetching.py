"""Rows of a table of loyalty for the questions that every bill asks: without the ORM, whose making of such a question
costs several times its answer.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, LiteralString, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

Row = TypeVar("Row", bound=models.Model)


def fetch(model: type[Row], where: LiteralString, values: Sequence[Any]) -> list[Row]:
    """The rows for which `where` holds, which names the organisation and may end in `ORDER BY` and `FOR UPDATE`.

    For tables of plain values: no field's own conversion is made.
    """
    names = tuple(field.attname for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, where), values)
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in cursor.fetchall()]


@cache
def _statement(model: type[models.Model], where: str) -> str:
    columns = ", ".join(str(field.column) for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {model._meta.db_table} WHERE {where}"  # noqa: S608 - every part is written here
