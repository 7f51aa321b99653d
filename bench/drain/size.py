"""`python -m bench.drain.size SALES`: megabytes of database for a thousand sales, the bare insert's tables left out."""

import json
import os
import sys

import psycopg

from comptoir.project.environment import conninfo


def main(number: int) -> None:
    """Sum up tables with their indexes and their long values."""
    with psycopg.connect(conninfo(os.environ), autocommit=True) as session:
        rows = session.execute(
            "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND left(c.relname, 6) <> 'bench_'"
        ).fetchall()
    sizes: dict[str, int] = dict(rows)
    inbox = sum(size for name, size in sizes.items() if name.startswith("intake_notification"))
    thousands = 1e6 * number / 1000
    print(json.dumps({"megabytes": sum(sizes.values()) / thousands, "inbox": inbox / thousands}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
