"""Report: what a page of figures takes, beside the same questions to a table of facts, and to DuckDB on the same rows.

A chain's year is made in SQL, measured, and two more years are added before the same pages are measured again. What is
compared is CPU time, which others on the machine do not stretch: of pages that of the web process and the database for
the whole answer, of the others that of their questions alone.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
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
TRIES: Final = 20
SMALLEST: Final = 1000 / running.TICKS / TRIES
"""What CPU milliseconds can tell apart."""
LINES: Final = FOLDER / "report" / "lines.csv"
ASKED: Final = FOLDER / "report" / "questions.json"


@dataclass(frozen=True)
class Took:
    """CPU milliseconds of one answer, the mean, and how long it took, the median."""

    cpu: float
    milliseconds: float


def measure(console: Console) -> Sequence[Measurement]:
    """Make a year, ask; make two more, ask again. Raises BenchFailure, ComptoirError."""
    python = running.environment("duckdb", DUCK)
    stores, sales = FULL_SIZE if os.environ.get("FULL") else SIZE
    today = date.today()  # noqa: DTZ011 (as the pages have it)
    with running.house("report") as house:
        console.print(f"[dim]report: a year of {stores} stores[/dim]")
        cookie = house.run("bench.report.books", str(stores), str(sales), str(today - YEAR), str(today))
        web = house.serve().pid
        one = _pages(house, web, cookie, today)
        facts = _facts(house, today)
        duck = _duck(python, house, today)
        console.print("[dim]report: two years more[/dim]")
        first = today - 3 * YEAR
        house.run("bench.report.books", str(stores), str(sales), str(first), str(today - YEAR - timedelta(days=1)))
        three = _pages(house, web, cookie, today)
    _show(console, one, three, facts, duck)
    year = [path for path, (days, _) in questions.PAGES.items() if days == questions.YEAR]
    ours, of_facts, of_duck = (sum(found[path].cpu for path in year) for found in (one, facts, duck))
    growth = max(questions.PAGES, key=lambda page: three[page].cpu / one[page].cpu)
    return [
        compare("report", "facts", ours, of_facts, "CPU ms, pages of a year"),
        compare("report", "duckdb", ours, of_duck, "CPU ms, pages of a year"),
        compare("report", "growth", _sum(three), _sum(one), "CPU ms, three years to one"),
        compare(
            "report", f"growth, the worst: {growth}", three[growth].cpu, one[growth].cpu, "CPU ms, three years to one"
        ),
    ]


def _pages(house: running.House, web: int, cookie: dict[str, str], today: date) -> dict[str, Took]:
    """What each page takes. Raises BenchFailure for one that is not shown."""
    connection = HTTPConnection("localhost", house.port)
    headers = {"cookie": f"{cookie['name']}={cookie['value']}"}

    def ask(path: str) -> None:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise BenchFailure(f"{path} is answered with {answer.status}.")

    try:
        return {
            page: _took(partial(ask, questions.asked(page, today=today)[0]), lambda: _spent(house, web))
            for page in questions.PAGES
        }
    finally:
        connection.close()


def _spent(house: running.House, web: int) -> float:
    return running.cpu(web) + house.database_cpu


def _facts(house: running.House, today: date) -> dict[str, Took]:
    """What each page's questions take of the table of facts, whose rows are left in a file for DuckDB."""
    with psycopg.connect(house.cluster.dsn(), autocommit=True) as session:

        def ask(asked: list[str]) -> None:
            for each in asked:
                session.execute(each.encode()).fetchall()

        found = {
            page: _took(partial(ask, questions.asked(page, today=today)[1]), lambda: house.database_cpu)
            for page in questions.PAGES
        }
        with LINES.open("wb") as file, session.cursor().copy("COPY bench_line TO STDOUT (FORMAT csv, HEADER)") as rows:
            for block in rows:
                file.write(block)
    return found


def _duck(python: str, house: running.House, today: date) -> dict[str, Took]:
    ASKED.write_text(json.dumps([questions.asked(page, today=today)[1] for page in questions.PAGES]))
    script = str(Path(__file__).with_name("duck.py"))
    told = running.said([python, script, str(LINES), str(ASKED), str(TRIES)], house.environ)
    return {page: Took(*each) for page, each in zip(questions.PAGES, told, strict=True)}


def _took(act: Callable[[], object], spent: Callable[[], float]) -> Took:
    """Once unmeasured, for templates and plans; then several times, since CPU is told in hundredths of a second."""
    act()
    times, before = [], spent()
    for _ in range(TRIES):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return Took((spent() - before) * 1000 / TRIES, median(times))


def _sum(found: dict[str, Took]) -> float:
    return sum(each.cpu for each in found.values())


def _show(console: Console, one: dict[str, Took], three: dict[str, Took], *others: dict[str, Took]) -> None:
    table = Table("page", title="Reports: CPU ms of the whole page, and of its questions alone to others")
    for heading in ("1 year", "3 years", "3 ÷ 1", "facts", "page ÷ facts", "DuckDB", "elapsed ms"):
        table.add_column(heading, justify="right")
    for page in questions.PAGES:
        ours, later, facts, duck = (found[page].cpu for found in (one, three, *others))
        beside = f"{ours / facts:.2f}" if facts > SMALLEST else "-"
        row = (f"{ours:.1f}", f"{later:.1f}", f"{later / ours:.2f}", f"{facts:.1f}", beside, f"{duck:.1f}")
        table.add_row(page, *row, f"{three[page].milliseconds:.0f}")
    console.print(table)
