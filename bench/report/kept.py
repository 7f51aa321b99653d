"""Databases of one, two and three years of a chain's trade: made once, kept under `.cache/bench`, brought up to today.

They are made without fsync, which nobody waits for there, and measured with it.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import psycopg
from rich.console import Console

from bench import running
from bench.failure import BenchFailure
from bench.fresh import FOLDER
from comptoir.kernel import postgres
from comptoir.kernel.postgres.cluster import DATABASE

ROOT: Final = Path(__file__).resolve().parents[2]
BYTES_A_SALE: Final = 2500
"""What a sale takes with all that is made of it, and the room to sort it."""


@contextmanager
def houses(
    console: Console, *, stores: int, sales: int, years: Sequence[int], today: date
) -> Iterator[dict[int, tuple[running.House, dict[str, str]]]]:
    """A house on the database of each number of years, with the cookie of its owner. Raises BenchFailure."""
    name = f"report-{stores}x{sales}"
    mark = FOLDER / name / "made"
    made_of = _made_of(years)
    if not _is_of(mark, made_of):
        mark.unlink(missing_ok=True)
        _make(console, name, stores, sales, years, today)
    with running.kept_house(name) as whole:
        of = {each: whole.of(_database(each)) for each in years}
        # Migrated, and with the days that have gone by since they were made.
        found = {each: (of[each], _books(of[each], stores, sales, each, today)) for each in years}
        mark.write_text(json.dumps(made_of))
        yield found


def _make(console: Console, name: str, stores: int, sales: int, years: Sequence[int], today: date) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    postgres.discard(postgres.cluster(FOLDER / name))
    wanted = sum(years) * stores * sales * 365 * BYTES_A_SALE
    if shutil.disk_usage(FOLDER).free < wanted:
        raise BenchFailure(f"The data want {wanted / 1e9:,.0f} GB of disk for as long as they are kept.")
    with running.kept_house(name, durable=False) as whole:
        before = DATABASE  # laid out with all tables
        for each in years:
            began = time.monotonic()
            with psycopg.connect(whole.cluster.dsn("postgres"), autocommit=True) as session:
                # A copy of the files: what is there already is not made again.
                session.execute(f"CREATE DATABASE {_database(each)} TEMPLATE {before} STRATEGY file_copy".encode())
            before = _database(each)
            _books(whole.of(before), stores, sales, each, today)
            took = time.monotonic() - began
            console.print(f"[dim]report: {stores} stores up to year {each}, made in SQL in {took:.0f} s[/dim]")
    os.sync()


def _books(house: running.House, stores: int, sales: int, years: int, today: date) -> dict[str, str]:
    cookie: dict[str, str] = house.run("bench.report.books", str(stores), str(sales), str(years), str(today))
    return cookie


def _database(years: int) -> str:
    return f"report_{years}"


def _made_of(years: Sequence[int]) -> dict[str, str]:
    """What they were made of. Tables that came later are migrated, as anybody's are; others ask for other data."""
    files = [*ROOT.glob("src/comptoir/**/migrations/*.py"), *Path(__file__).parent.glob("books.*")]
    digests = {str(each.relative_to(ROOT)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}
    return {"years": repr(list(years)), **digests}


def _is_of(mark: Path, now: dict[str, str]) -> bool:
    try:
        made_of = json.loads(mark.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(made_of, dict) and made_of.items() <= now.items()
