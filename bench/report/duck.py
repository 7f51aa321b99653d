"""`python duck.py LINES.csv QUESTIONS.json TRIES`: DuckDB asked the same of the same rows.

It runs in an environment of its own and knows nothing of the product. Of each list of
questions it prints the CPU milliseconds, the mean, and how long it took, the median.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

import duckdb

tries = int(sys.argv[3])
session = duckdb.connect()
session.execute(f"CREATE TABLE bench_line AS SELECT * FROM read_csv('{sys.argv[1]}', header = true)")
took = []
for questions in json.loads(Path(sys.argv[2]).read_text()):
    times, worked = [], time.process_time()
    for _ in range(tries):
        began = time.perf_counter()
        for question in questions:
            session.execute(question).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    took.append(((time.process_time() - worked) * 1000 / tries, median(times)))
print(json.dumps(took))
