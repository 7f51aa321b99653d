"""Pages of reports, and what each asks, said to a table of facts: lines of sales with their store and their day.

The questions are the same for PostgreSQL and DuckDB; {first} and {last} are the period, {before} and {until} the one
that it is compared with.
"""

from datetime import date, timedelta
from typing import Final

SUMS: Final = "count(DISTINCT sale), sum(total), sum(total - tax), sum(quantity)"
BY_STORE: Final = (
    f"SELECT store, {SUMS} FROM bench_line WHERE business_date BETWEEN '{{first}}' AND '{{last}}' GROUP BY store"
)
BEFORE: Final = BY_STORE.replace("{first}", "{before}").replace("{last}", "{until}")
BY_DAY: Final = BY_STORE.replace("store,", "business_date,").replace("GROUP BY store", "GROUP BY business_date")
BY_CLOCK: Final = (
    f"SELECT extract(isodow FROM business_date), extract(hour FROM closed_at), {SUMS} FROM bench_line"
    " WHERE business_date BETWEEN '{first}' AND '{last}' GROUP BY 1, 2"
)
OF_A_DAY: Final = (
    "SELECT sale, max(store), sum(total) FROM (SELECT sale, store::text AS store, total FROM bench_line"
    " WHERE business_date = '{last}') AS lines GROUP BY sale ORDER BY sale DESC LIMIT 50"
)
YEAR: Final = 364
PAGES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "/traffic?period=364": (YEAR, (BY_STORE, BEFORE, BY_DAY, BY_CLOCK)),
    "/traffic/reports/totals?period=364": (YEAR, (BY_DAY,)),
    "/traffic/reports/comparison?period=364": (YEAR, (BY_STORE, BEFORE)),
    "/traffic/reports/equation?period=364": (YEAR, (BY_STORE, BEFORE)),
    "/balance": (7, (BY_DAY,)),
    "/balance/totals": (7, (BY_STORE,)),
    "/sales": (1, (OF_A_DAY,)),
    "/sales?day={last}": (1, (OF_A_DAY,)),
    "/": (1, (BY_STORE,)),
}
"""Each page with the length of its period in days, and the questions behind it."""


def asked(path: str, *, today: date) -> tuple[str, list[str]]:
    """The address of a page, and its questions, of a period that ended yesterday."""
    days, questions = PAGES[path]
    last = today - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    week = timedelta(days=7)
    values = {"first": first, "last": last, "before": first - week, "until": last - week}
    return path.format(**values), [each.format(**values) for each in questions]
