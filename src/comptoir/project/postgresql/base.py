"""The one module of a database backend that Django looks for, under the name it must have."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that restarted costs nobody an error: whoever meets the first dead connection replaces them all.

    The pool's own health check waits longer for each dead connection it meets, up to a request's patience.
    """

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
