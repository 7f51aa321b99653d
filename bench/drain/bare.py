"""`python -m bench.drain.bare SALES`: insert the rows of sales that are there into an equal table, nothing else."""

import json
import os
import time
from typing import Final

import psycopg

from comptoir.project.environment import conninfo

BATCH: Final = 500


def main() -> None:
    """Read the rows, then insert them; only the second is measured."""
    with psycopg.connect(conninfo(os.environ), autocommit=True) as session:
        session.execute("CREATE TABLE bench_sale (LIKE ledger_sale INCLUDING ALL)")
        columns = [row[0] for row in session.execute("SELECT * FROM ledger_sale LIMIT 0").description or ()]
        cursor = session.execute("SELECT * FROM ledger_sale")
        rows = [tuple(value if not isinstance(value, dict) else json.dumps(value) for value in row) for row in cursor]
        statement = f"INSERT INTO bench_sale VALUES ({', '.join(['%s'] * len(columns))})"
        session.execute("CHECKPOINT")
        began, worked = time.perf_counter(), time.process_time()
        for first in range(0, len(rows), BATCH):
            with session.transaction(), session.cursor() as writing:
                writing.executemany(statement, rows[first : first + BATCH])
        took, cpu = time.perf_counter() - began, time.process_time() - worked
        (count,) = session.execute("SELECT count(*) FROM bench_sale").fetchone() or (0,)
    print(json.dumps({"seconds": took, "cpu": cpu, "sales": count}))


if __name__ == "__main__":
    main()
