"""`python -m bench.drain.bare SALES [all]`: insert the rows of sales that are there into equal tables, nothing else.

With `all`, every row that the drain has left of these sales goes along: other names, figures, events, offers, what
tablets show. Rows that the drain changed or wrote and deleted again (the inbox, deliveries) are not among them.
"""

import json
import os
import sys
import time
from typing import Any, Final

import psycopg

from comptoir.project.environment import conninfo

BATCH: Final = 500
SALES: Final = ("ledger_sale",)
ALL: Final = (
    *SALES,
    "ledger_salealias",
    "ledger_hourlyfigure",
    "ledger_tradingday",
    "outbox_event",
    "loyalty_offer",
    "loyalty_register",
    "loyalty_showing",
)


def copied(session: "psycopg.Connection[Any]", table: str) -> tuple[str, list[tuple[Any, ...]]]:
    """The statement that inserts into an equal, empty table, and the rows for it."""
    session.execute(f"DROP TABLE IF EXISTS bench_{table}")
    session.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
    cursor = session.execute(f"SELECT * FROM {table}")
    columns = cursor.description or ()
    rows = [tuple(json.dumps(value) if isinstance(value, dict) else value for value in row) for row in cursor]
    return f"INSERT INTO bench_{table} VALUES ({', '.join(['%s'] * len(columns))})", rows


def main(number: int, tables: tuple[str, ...]) -> None:
    """Read the rows, then insert them; only the second is measured."""
    with psycopg.connect(conninfo(os.environ), autocommit=True) as session:
        waiting = [copied(session, table) for table in tables]
        parts = -(-number // BATCH)
        session.execute("CHECKPOINT")
        began, worked = time.perf_counter(), time.process_time()
        for part in range(parts):
            with session.transaction(), session.cursor() as writing:
                for statement, rows in waiting:
                    if mine := rows[len(rows) * part // parts : len(rows) * (part + 1) // parts]:
                        writing.executemany(statement, mine)
        took, cpu = time.perf_counter() - began, time.process_time() - worked
        (count,) = session.execute("SELECT count(*) FROM bench_ledger_sale").fetchone() or (0,)
    print(json.dumps({"seconds": took, "cpu": cpu, "sales": count, "rows": sum(len(rows) for _, rows in waiting)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), ALL if "all" in sys.argv[2:] else SALES)
