"""Pages of reports, and what each asks, said to a table of facts: lines of sales with their store and their day.

The questions are the same for PostgreSQL and DuckDB; {first} and {last} are the period, {before} and {until} the one
that it is compared with, {store} one store.
"""

from datetime import date, timedelta
from typing import Final

SUMS: Final = "count(DISTINCT sale), sum(total), sum(total - tax), sum(quantity)"
DAYS: Final = "FROM bench_line WHERE business_date BETWEEN '{first}' AND '{last}'"
BY_STORE: Final = f"SELECT store, {SUMS} {DAYS} GROUP BY store"
BEFORE: Final = BY_STORE.replace("{first}", "{before}").replace("{last}", "{until}")
BY_DAY: Final = f"SELECT business_date, {SUMS} {DAYS} GROUP BY business_date"
DAY_BEFORE: Final = BY_DAY.replace("{first}", "{before}").replace("{last}", "{until}")
BY_STORE_DAY: Final = f"SELECT store, business_date, {SUMS} {DAYS} GROUP BY store, business_date"
BY_HOUR: Final = f"SELECT extract(hour FROM closed_at), {SUMS} {DAYS} GROUP BY 1"
HOUR_BEFORE: Final = BY_HOUR.replace("{first}", "{before}").replace("{last}", "{until}")
BY_CLOCK: Final = (
    f"SELECT extract(isodow FROM business_date), extract(hour FROM closed_at), {SUMS} FROM bench_line"
    " WHERE business_date BETWEEN '{weeks}' AND '{last}' GROUP BY 1, 2"
)
STORE_DAY_BEFORE: Final = BY_STORE_DAY.replace("{first}", "{before}").replace("{last}", "{until}")
BY_STORE_HOUR: Final = f"SELECT store, extract(epoch FROM date_trunc('hour', closed_at)), {SUMS} {DAYS} GROUP BY 1, 2"
OF_STORE: Final = f"SELECT business_date, {SUMS} {DAYS} AND store = '{{store}}' GROUP BY business_date"
OF_STORE_BY_HOUR: Final = (
    f"SELECT extract(epoch FROM date_trunc('hour', closed_at)), {SUMS} {DAYS} AND store = '{{store}}' GROUP BY 1"
)
OF_A_DAY: Final = (
    "SELECT sale, max(store), sum(total) FROM (SELECT sale, store::text AS store, total FROM bench_line"
    " WHERE business_date = '{last}') AS lines GROUP BY sale ORDER BY sale DESC LIMIT 50"
)
YEAR: Final = 364
DASHBOARD: Final = (BY_STORE, BEFORE, BY_DAY, DAY_BEFORE, BY_CLOCK)
DAY: Final = (BY_STORE, BEFORE, BY_HOUR, HOUR_BEFORE, BY_CLOCK)
PAGES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "/traffic?period=364": (YEAR, DASHBOARD),
    "/traffic?period=364&opens=10:00&closes=18:00": (YEAR, DASHBOARD),
    "/traffic/reports/totals?period=364": (YEAR, (BY_STORE_DAY, STORE_DAY_BEFORE)),
    "/traffic/reports/time?period=364": (YEAR, (BY_DAY, DAY_BEFORE)),
    "/traffic/reports/comparison?period=364": (YEAR, (BY_STORE, BEFORE)),
    "/traffic/reports/equation?period=364": (YEAR, (BY_STORE, BEFORE)),
    "/traffic/reports/quality?period=364": (YEAR, (BY_STORE_DAY,)),
    "/traffic?period=91": (91, DASHBOARD),
    "/traffic?period=28": (28, DASHBOARD),
    "/traffic?period=yesterday": (1, DAY),
    "/traffic?period=today": (0, (*DAY, BY_STORE_HOUR)),
    "/traffic/reports/changes?period=28": (28, ()),
    "/traffic/alerts": (1, ()),
    "/traffic/locations": (1, ()),
    "/balance": (7, (OF_STORE, OF_STORE_BY_HOUR)),
    "/balance/of/{department}/{last}": (1, (OF_STORE_BY_HOUR,)),
    "/balance/totals": (7, (BY_STORE,)),
    "/balance/today": (0, (BY_STORE,)),
    "/balance/budgets": (7, (OF_STORE,)),
    "/sales": (1, (OF_A_DAY,)),
    "/sales?day={last}": (1, (OF_A_DAY,)),
    "/": (7, (BY_STORE_DAY,)),
}
"""Each page with the length of its period in days, 0 for the day that is running, and the questions behind it.

Those without any are there for their growth: facts do not know what they tell."""


def asked(path: str, *, today: date, store: str, department: str) -> tuple[str, list[str]]:
    """The address of a page, and its questions, of a period that ended yesterday or is running."""
    days, questions = PAGES[path]
    last = today - timedelta(days=1) if days else today
    first = last - timedelta(days=max(days, 1) - 1)
    week = timedelta(days=7)
    values = {"first": first, "last": last, "before": first - week, "until": last - week, "weeks": last - 4 * week}
    known = {**{name: str(value) for name, value in values.items()}, "store": store, "department": department}
    return path.format(**known), [each.format(**known) for each in questions]
