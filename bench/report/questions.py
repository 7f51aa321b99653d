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
BY_CLOCK_OF_ALL: Final = BY_CLOCK.replace("{weeks}", "{first}")
STORE_DAY_BEFORE: Final = BY_STORE_DAY.replace("{first}", "{before}").replace("{last}", "{until}")
BY_STORE_HOUR: Final = f"SELECT store, extract(epoch FROM date_trunc('hour', closed_at)), {SUMS} {DAYS} GROUP BY 1, 2"
OF_STORE: Final = f"SELECT business_date, {SUMS} {DAYS} AND store = '{{store}}' GROUP BY business_date"
OF_STORE_BY_HOUR: Final = (
    f"SELECT extract(epoch FROM date_trunc('hour', closed_at)), {SUMS} {DAYS} AND store = '{{store}}' GROUP BY 1"
)
BY_MONTH: Final = f"SELECT date_trunc('month', business_date), {SUMS} {DAYS} GROUP BY 1"
BY_STORE_CLOCK: Final = f"SELECT store, extract(hour FROM closed_at), {SUMS} {DAYS} GROUP BY 1, 2"
OF_A_WEEKDAY: Final = (
    f"SELECT business_date, extract(hour FROM closed_at), {SUMS} FROM bench_line"
    " WHERE business_date BETWEEN '{weeks}' AND '{last}'"
    " AND extract(isodow FROM business_date) = extract(isodow FROM DATE '{last}') GROUP BY 1, 2"
)
BY_STORE_LATELY: Final = (
    f"SELECT store, {SUMS} FROM bench_line WHERE business_date BETWEEN '{{weeks}}' AND '{{last}}' GROUP BY store"
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
    "/traffic/reports/staffing?period=364": (YEAR, (BY_STORE_CLOCK,)),
    "/traffic/reports/hours?period=364": (YEAR, (BY_CLOCK_OF_ALL,)),
    "/traffic/long": (YEAR, (BY_MONTH, BY_CLOCK, OF_A_WEEKDAY, BY_STORE_LATELY)),
    "/traffic?period=364&hours=business": (YEAR, DASHBOARD),
    "/traffic?period=91": (91, DASHBOARD),
    "/traffic?period=28": (28, DASHBOARD),
    "/traffic?period=yesterday": (1, DAY),
    "/traffic?period=today": (0, (*DAY, BY_STORE_HOUR)),
    "/traffic/reports/changes?period=28": (28, ()),
    "/traffic/reports/week": (7, (BY_STORE_DAY, STORE_DAY_BEFORE)),
    "/traffic/budgets": (28, ()),
    "/traffic/days/{place}/{last}": (1, (OF_STORE_BY_HOUR,)),
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

Those without any are there for their growth: facts do not know what they tell. `/traffic/long` has 25 months, of which
the facts know twelve."""
NOT_ASKED: Final[dict[str, tuple[str, ...]]] = {
    "the file of a page that is asked": (
        *("traffic_totals_export", "traffic_over_time_export", "traffic_weekly_export", "traffic_staffing_export"),
        *(
            "traffic_changes_export",
            "traffic_chart_export",
            "traffic_hours_and_weekdays_export",
            "balance_export",
            "late_changes_export",
        ),
    ),
    "the data themselves, a line for each hour, streamed: as long as what is asked for": ("traffic_download",),
    "a picture of a page that is asked, drawn once somebody scrolls to it": ("traffic_chart",),
    "for human resources alone, whom an owner has to name: times at work of a week": (
        *("traffic_people", "traffic_people_export"),
    ),
    "settings, forms and lists of what somebody set up: rows of a chain, not of its trade": (
        *("traffic_export", "traffic_exports", "traffic_export_send", "traffic_export_delete", "traffic_mails"),
        *("traffic_mail_delete", "traffic_upload", "traffic_location", "traffic_hours", "traffic_staff_pattern"),
        *(
            "traffic_doors",
            "traffic_feeds",
            "traffic_feed_add",
            "traffic_feed",
            "traffic_feed_change",
            "traffic_jobs",
            "traffic_job",
        ),
        *("traffic_job_check", "traffic_settings", "balance_settings", "balance_departments", "balance_department"),
        *("balance_fields", "balance_presets", "balance_import", "loyalty", "loyalty_programme"),
        *("loyalty_programme_change", "loyalty_programme_example", "loyalty_bonuses", "loyalty_bonus_new"),
        *("loyalty_rewards", "loyalty_rewards_export", "loyalty_reward_new", "loyalty_reward", "loyalty_set_up"),
        *("loyalty_members_settings", "loyalty_imports", "loyalty_import", "tablets", "tablet", "tablet_diagnosis"),
        *("loyalty_partner_checklist", "loyalty_partner_messages", "table_catalogue", "table_offer", "table_plan"),
        *("table_plan_export", "table_test", "table_integrations", "table_integration_add", "table_integration"),
    ),
    "one thing, found by its key": (
        *("sale", "loyalty_member", "loyalty_member_edit", "loyalty_member_leave", "loyalty_member_data"),
        *("loyalty_thanks", "loyalty_claim", "table_payment", "table_order"),
    ),
    "loyalty, of which nothing is made here: tests/web/test_growth.py holds that each finds its rows by an index": (
        *("loyalty_counter", "loyalty_members", "loyalty_members_export", "loyalty_members_silent"),
        *("loyalty_members_watch", "loyalty_figures", "loyalty_figures_export", "loyalty_alerts"),
    ),
    "pay at table, of which nothing is made here: `make bench NAME=pay` has its own load": (
        *("tables", "table_payments", "table_payments_export", "table_orders"),
        *("table_reconciliation", "table_reconciliation_export"),
    ),
    "sales that came late, of which nothing is made here: a page of fifty by an index": ("late_changes",),
    "of nobody's organisation: a customer's, a tablet's, a partner's, the operator's": (
        *("loyalty_pass", "loyalty_unsubscribe", "partner_oauth_form", "partner_nothing_there", "table_again"),
        *("table_stop", "backoffice_aliases", "backoffice_alias_remove", "backoffice_tables"),
        *("backoffice_tables_export", "screen", "screen_manifest", "screen_worker", "screen_pair", "screen_tell"),
        *("screen_claim", "screen_undo", "screen_consent", "screen_spend", "screen_dismiss"),
    ),
}
"""The other pages of the house and its apps by their routes' names, and why each is not asked."""


def asked(path: str, *, today: date, store: str, place: str, department: str) -> tuple[str, list[str]]:
    """The address of a page, and its questions, of a period that ended yesterday or is running."""
    days, questions = PAGES[path]
    last = today - timedelta(days=1) if days else today
    first = last - timedelta(days=max(days, 1) - 1)
    week = timedelta(days=7)
    values = {"first": first, "last": last, "before": first - week, "until": last - week, "weeks": last - 4 * week}
    known = {**{name: str(value) for name, value in values.items()}, "store": store, "place": place}
    known["department"] = department
    return path.format(**known), [each.format(**known) for each in questions]
