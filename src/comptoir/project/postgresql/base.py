"""The one module of a database backend that Django looks for, under the name it must have."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg.adapt import AdaptersMap
from psycopg_pool import ConnectionPool


class Instants(BaseTzLoader):  # type: ignore[misc]  # its module has no types
    """Instants as Python reads them; Django's way takes each apart with an expression, at ten times the cost."""

    timezone = UTC

    def load(self, data: Any) -> Any:
        """The same instant, UTC. Raises DataError for one that Python cannot hold."""
        try:
            return datetime.fromisoformat(bytes(data).decode()).astimezone(UTC)
        except ValueError:
            return super().load(data)


@cache
def _adapters() -> AdaptersMap:
    """Django's own ways to read values, but for instants."""
    found = AdaptersMap(get_adapters_template(True, UTC))
    found.register_loader("timestamptz", Instants)
    return found


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that restarted costs nobody an error: whoever meets the first dead connection replaces them all.

    The pool's own health check waits longer for each dead connection it meets, up to a request's patience.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with our reader of instants."""
        return {**super().get_connection_params(), "context": _adapters()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection out of the pool that answers."""
        connection = super().get_new_connection(conn_params)
        if self.pool is None or _answers(connection):
            return connection
        self.pool.putconn(connection)
        self.pool.drain()
        return super().get_new_connection(conn_params)


def _answers(connection: Any) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
