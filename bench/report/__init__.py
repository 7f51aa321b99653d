"""Report: what a page of figures takes, beside the same questions to a table of facts, and to DuckDB on the same rows.

A chain's trade is made in SQL for one year and for more, in a database each; of each page the databases take turns, so
that what others do on the machine meets all of them. What is compared is CPU time, which waiting does not stretch: of
pages that of the web process and the database for the whole answer, of the others that of their questions alone.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.fresh import FOLDER
from bench.report import kept, questions
from bench.table import Measurement, compare

DUCK: Final = "duckdb==1.4.1"
SALES: Final = 46
"""Of three lines, that each store makes in a day: a year of 100 stores has five million lines, of 10 half a million."""
STORES: Final = 10
FULL_STORES: Final = 100
YEARS: Final = (1, 3)
FULL_YEARS: Final = (1, 2, 3)
TURNS: Final = 4
IN_A_TURN: Final = 4
TRIES: Final = TURNS * IN_A_TURN
FACT_TRIES: Final = 2
SMALLEST: Final = 1000 / running.TICKS / TRIES
"""What CPU milliseconds can tell apart."""
LINES: Final = FOLDER / "report-lines.csv"
ASKED: Final = FOLDER / "report-questions.json"


@dataclass(frozen=True)
class Took:
    """CPU milliseconds of one answer, the mean, and how long it took: the median, and 19 of 20."""

    cpu: float
    milliseconds: float
    p95: float = 0.0


@dataclass(frozen=True)
class Asked:
    """One of the databases: its house, the CPU seconds that an answer is made of, and a way to ask for a page."""

    spent: Callable[[], float]
    ask: Callable[[str], None]


def measure(console: Console) -> Sequence[Measurement]:
    """Make the years, ask for each page in turns, then ask the facts. Raises BenchFailure, ComptoirError."""
    python = running.environment("duckdb", DUCK)
    is_full = bool(os.environ.get("FULL"))
    stores, years = (FULL_STORES, FULL_YEARS) if is_full else (STORES, YEARS)
    today = date.today()  # noqa: DTZ011 (as the pages have it)
    with kept.houses(console, stores=stores, sales=SALES, years=years, today=today) as houses:
        pages = _pages(houses, today)
        console.print("[dim]report: the same of the facts, and of DuckDB[/dim]")
        one = houses[1][0]
        behind = pages[1].questions
        asked = list(dict.fromkeys(each for page in behind.values() for each in page))
        facts = _of_pages(_facts(one, asked), behind)
        duck = _of_pages(_duck(python, one, asked), behind)
    found = {each: pages[each].took for each in years}
    _show(console, found, facts, duck)
    return _measurements(found, facts, duck)


def _measurements(
    found: dict[int, dict[str, Took]], facts: dict[str, Took], duck: dict[str, Took]
) -> list[Measurement]:
    one, unit = found[1], "CPU ms, pages of a year"
    year = [path for path, (days, _) in questions.PAGES.items() if days == questions.YEAR]
    worst = max(year, key=lambda page: one[page].cpu / facts[page].cpu)
    rows = [
        compare("report", "facts", _sum(one, year), _sum(facts, year), unit),
        compare("report", f"facts, the worst: {worst}", one[worst].cpu, facts[worst].cpu, unit),
        compare("report", "duckdb", _sum(one, year), _sum(duck, year), unit),
        compare("report", "100 ms", max(each.p95 for each in one.values()), 100, "ms, p95 of the slowest page"),
    ]
    for number in [each for each in found if each > 1]:
        more, unit = found[number], f"CPU ms, {number} years to one"
        worst = max(questions.PAGES, key=lambda page: more[page].cpu / one[page].cpu)
        rows.append(compare("report", f"growth, {number} years", _sum(more), _sum(one), unit))
        rows.append(
            compare("report", f"growth, {number} years, the worst: {worst}", more[worst].cpu, one[worst].cpu, unit)
        )
    return rows


@dataclass(frozen=True)
class Pages:
    """What each page took of one database, and the questions behind each."""

    took: dict[str, Took]
    questions: dict[str, list[str]]


def _pages(houses: dict[int, tuple[running.House, dict[str, str]]], today: date) -> dict[int, Pages]:
    """What each page takes of each database. Raises BenchFailure for one that is not shown."""
    found = {years: Pages({}, {}) for years in houses}
    asked = {years: _asked(house, cookie) for years, (house, cookie) in houses.items()}
    places = {years: _place(house) for years, (house, _cookie) in houses.items()}
    for page in questions.PAGES:
        acts = {}
        for years in houses:
            path, found[years].questions[page] = questions.asked(page, today=today, **places[years])
            acts[years] = partial(asked[years].ask, path)
        took = _in_turns(acts, {years: each.spent for years, each in asked.items()})
        for years in houses:
            found[years].took[page] = took[years]
    return found


def _asked(house: running.House, cookie: dict[str, str]) -> Asked:
    pid = house.serve().pid
    headers = {"cookie": f"{cookie['name']}={cookie['value']}"}

    def ask(path: str) -> None:
        # A connection each: one that waits for its turn for long is closed.
        with closing(HTTPConnection("localhost", house.port)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise BenchFailure(f"{path} is answered with {answer.status}.")

    return Asked(lambda: running.cpu(pid) + house.database_cpu, ask)


def _place(house: running.House) -> dict[str, str]:
    """The store that pages of one store are asked about, and the address of its department."""
    place: dict[str, str] = house.run("bench.report.place")
    return place


def _in_turns(acts: Mapping[int, Callable[[], object]], spent: Mapping[int, Callable[[], float]]) -> dict[int, Took]:
    """Each once unmeasured, for templates and plans; then all of them several times, a few of each at a time."""
    times: dict[int, list[float]] = {key: [] for key in acts}
    cpu = dict.fromkeys(acts, 0.0)
    for act in acts.values():
        act()
    for _turn in range(TURNS):
        for key, act in acts.items():
            before = spent[key]()
            for _try in range(IN_A_TURN):
                began = time.perf_counter()
                act()
                times[key].append((time.perf_counter() - began) * 1000)
            cpu[key] += spent[key]() - before
    return {
        key: Took(cpu[key] * 1000 / TRIES, median(times[key]), quantiles(times[key], n=20, method="inclusive")[-1])
        for key in acts
    }


def _facts(house: running.House, asked: list[str]) -> dict[str, Took]:
    """What each question takes of the table of facts, whose rows are left in a file for DuckDB."""
    found = {}
    with psycopg.connect(house.cluster.dsn(house.environ["COMPTOIR_DATABASE"]), autocommit=True) as session:
        for each in asked:
            times, before = [], house.database_cpu
            for _try in range(FACT_TRIES):
                began = time.perf_counter()
                session.execute(each.encode()).fetchall()
                times.append((time.perf_counter() - began) * 1000)
            found[each] = Took((house.database_cpu - before) * 1000 / FACT_TRIES, median(times))
        with LINES.open("wb") as file, session.cursor().copy("COPY bench_line TO STDOUT (FORMAT csv, HEADER)") as rows:
            for block in rows:
                file.write(block)
    return found


def _duck(python: str, house: running.House, asked: list[str]) -> dict[str, Took]:
    ASKED.write_text(json.dumps([[each] for each in asked]))
    script = str(Path(__file__).with_name("duck.py"))
    try:
        told = running.said([python, script, str(LINES), str(ASKED), str(FACT_TRIES)], house.environ)
    finally:
        LINES.unlink()
    return {each: Took(*took) for each, took in zip(asked, told, strict=True)}


def _of_pages(took: dict[str, Took], asked: dict[str, list[str]]) -> dict[str, Took]:
    """What a page's questions take one after the other; pages that ask the same share one measurement."""
    return {
        page: Took(sum(took[each].cpu for each in behind), sum(took[each].milliseconds for each in behind))
        for page, behind in asked.items()
    }


def _sum(found: dict[str, Took], pages: Sequence[str] = tuple(questions.PAGES)) -> float:
    return sum(found[page].cpu for page in pages)


def _show(console: Console, found: dict[int, dict[str, Took]], facts: dict[str, Took], duck: dict[str, Took]) -> None:
    later = [each for each in found if each > 1]
    table = Table("page", title="Reports: CPU ms of the whole page, and of its questions alone to others")
    heads = ("1 year", *(f"{each} ÷ 1" for each in later), "facts", "page ÷ facts", "DuckDB", "ms", "p95 ms")
    for heading in heads:
        table.add_column(heading, justify="right")
    for page in questions.PAGES:
        ours = found[1][page]
        growth = [f"{found[each][page].cpu / ours.cpu:.2f}" for each in later]
        beside = f"{ours.cpu / facts[page].cpu:.2f}" if facts[page].cpu > SMALLEST else "-"
        others = (f"{facts[page].cpu:,.0f}", beside, f"{duck[page].cpu:,.0f}")
        table.add_row(page, f"{ours.cpu:.1f}", *growth, *others, f"{ours.milliseconds:.0f}", f"{ours.p95:.0f}")
    console.print(table)
