"""Report: what a page of figures takes, beside the same questions to a table of facts, and to DuckDB on the same rows.

A chain's year is made in SQL, measured, and two more years are added before the same pages are measured again. Times of
pages are those of the whole answer, signed in, over HTTP; those of the others are of their questions alone.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.report import questions
from bench.running import FOLDER
from bench.table import Measurement, compare

DUCK: Final = "duckdb==1.4.1"
SIZE: Final = (10, 10)
FULL_SIZE: Final = (100, 46)
"""Stores, and sales of three lines that each makes in a day: 100 stores with 46 have five million lines in a year."""
YEAR: Final = timedelta(days=365)
TRIES: Final = 7
LINES: Final = FOLDER / "report" / "lines.csv"
ASKED: Final = FOLDER / "report" / "questions.json"


def measure(console: Console) -> Sequence[Measurement]:
    """Make a year, ask; make two more, ask again. Raises BenchFailure, ComptoirError."""
    python = running.environment("duckdb", DUCK)
    stores, sales = FULL_SIZE if os.environ.get("FULL") else SIZE
    today = date.today()  # noqa: DTZ011 (as the pages have it)
    with running.house("report") as house:
        console.print(f"[dim]report: a year of {stores} stores[/dim]")
        cookie = house.run("bench.report.books", str(stores), str(sales), str(today - YEAR), str(today))
        house.serve()
        one = _pages(house.port, cookie, today)
        facts = _facts(house.cluster.dsn(), today)
        duck = _duck(python, house, today)
        console.print("[dim]report: two years more[/dim]")
        first = today - 3 * YEAR
        house.run("bench.report.books", str(stores), str(sales), str(first), str(today - YEAR - timedelta(days=1)))
        three = _pages(house.port, cookie, today)
    _show(console, one, three, facts, duck)
    year = [path for path, (days, _) in questions.PAGES.items() if days == questions.YEAR]
    ours, of_facts, of_duck = (sum(found[path] for path in year) for found in (one, facts, duck))
    growth = max(questions.PAGES, key=lambda path: three[path] / one[path])
    return [
        compare("report", "facts", ours, of_facts, "ms, pages of a year"),
        compare("report", "duckdb", ours, of_duck, "ms, pages of a year"),
        compare("report", "growth", sum(three.values()), sum(one.values()), "ms, three years to one"),
        compare("report", f"growth, the worst: {growth}", three[growth], one[growth], "ms, three years to one"),
    ]


def _pages(port: int, cookie: dict[str, str], today: date) -> dict[str, float]:
    """Milliseconds of each page. Raises BenchFailure for one that is not shown."""
    connection = HTTPConnection("localhost", port)
    headers = {"cookie": f"{cookie['name']}={cookie['value']}"}

    def ask(path: str) -> None:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise BenchFailure(f"{path} is answered with {answer.status}.")

    found = {}
    try:
        for page in questions.PAGES:
            path, _ = questions.asked(page, today=today)
            found[page] = _median(lambda path=path: ask(path))  # type: ignore[misc]
    finally:
        connection.close()
    return found


def _facts(dsn: str, today: date) -> dict[str, float]:
    """Milliseconds of each page's questions to the table of facts, and the rows for DuckDB in a file."""
    with psycopg.connect(dsn, autocommit=True) as session:
        found = {}
        for page in questions.PAGES:
            _, asked = questions.asked(page, today=today)
            found[page] = _median(lambda asked=asked: [session.execute(each).fetchall() for each in asked])  # type: ignore[misc]
        with LINES.open("wb") as file, session.cursor().copy("COPY bench_line TO STDOUT (FORMAT csv, HEADER)") as rows:
            for block in rows:
                file.write(block)
    return found


def _duck(python: str, house: running.House, today: date) -> dict[str, float]:
    ASKED.write_text(json.dumps([questions.asked(page, today=today)[1] for page in questions.PAGES]))
    script = str(Path(__file__).with_name("duck.py"))
    took = running.said([python, script, str(LINES), str(ASKED)], house.environ)
    return dict(zip(questions.PAGES, took, strict=True))


def _median(act: Callable[[], object]) -> float:
    act()
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _show(console: Console, one: dict[str, float], three: dict[str, float], *others: dict[str, float]) -> None:
    facts, duck = others
    table = Table("page", title="Reports: the whole page, and its questions alone to others")
    for heading in ("1 year ms", "3 years ms", "3 ÷ 1", "facts ms", "DuckDB ms", "page ÷ facts"):
        table.add_column(heading, justify="right")
    for page in questions.PAGES:
        row = (one[page], three[page], three[page] / one[page], facts[page], duck[page], one[page] / facts[page])
        table.add_row(
            page,
            *(f"{each:,.1f}" for each in row[:2]),
            f"{row[2]:.2f}",
            *(f"{e:,.1f}" for e in row[3:5]),
            f"{row[5]:.2f}",
        )
    console.print(table)
