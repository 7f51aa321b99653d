"""`python -m bench.drain.size SALES`: megabytes of database for a thousand sales, the bare insert's table left out."""

import json
import os
import sys

import psycopg

from comptoir.project.environment import conninfo


def main(number: int) -> None:
    """Sum up tables with their indexes and their long values."""
    with psycopg.connect(conninfo(os.environ), autocommit=True) as session:
        (size,) = session.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'bench_sale'"
        ).fetchone() or (0,)
    print(json.dumps({"megabytes": float(size) / 1e6 / (number / 1000)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
