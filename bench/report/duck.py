"""`python duck.py LINES.csv QUESTIONS.json`: DuckDB asked the same of the same rows.

It runs in an environment of its own and knows nothing of the product. It prints the milliseconds of each list of
questions, the median, and the CPU milliseconds.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

import duckdb

TRIES = 5
session = duckdb.connect()
session.execute(f"CREATE TABLE bench_line AS SELECT * FROM read_csv('{sys.argv[1]}', header = true)")
took: list[float] = []
for questions in json.loads(Path(sys.argv[2]).read_text()):
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        for question in questions:
            session.execute(question).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    took.append(median(times))
print(json.dumps(took))
