"""The report's bench asks for every page that draws figures of a chain's trade, or says why not; and its books are
whole."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from django.apps import apps
from django.db.models.fields import NOT_PROVIDED
from django.urls import resolve

from bench.report import books, questions
from tests.web.permissions import routes
from tests.web.tenant_rows import PAGES

HOUSE = ("overview", "sales", "sale", "late_changes", "late_changes_export")


def shown() -> Iterator[str]:
    """Routes of the apps, and of the house's own figures, that answer somebody who only looks."""
    for name, pattern in routes().items():
        is_ours = pattern.callback.__module__.startswith("comptoir.apps.") or name in HOUSE
        if is_ours and PAGES[name].method == "get":
            yield name


def test_every_page_with_figures_is_asked_for_or_a_reason_says_why_not() -> None:
    ids = {"store": "s", "place": "p", "department": "d"}
    asked = {questions.asked(path, today=date(2026, 5, 20), **ids)[0] for path in questions.PAGES}
    asked_names = {resolve(urlsplit(path).path).url_name for path in asked}
    left_out = [name for names in questions.NOT_ASKED.values() for name in names]
    assert len(left_out) == len(set(left_out))
    assert not asked_names & set(left_out)
    known, there = {*asked_names, *left_out}, set(shown())
    assert there - known == set(), "a page of bench/report/questions.py, or among its NOT_ASKED"
    assert known - there == set(), "gone"


def test_what_sql_makes_has_a_value_for_every_column_that_must_have_one() -> None:
    models = {each._meta.db_table: each for each in apps.get_models()}
    found = dict(re.findall(r"INSERT INTO (\w+) \(([^)]*)\)", books.BOOKS.read_text()))
    assert {"traffic_day", "traffic_hour", "ledger_sale"} <= found.keys()
    for table, columns in found.items():
        if table in models:  # the table of facts is the bench's own
            needed = {
                each.column
                for each in models[table]._meta.local_concrete_fields
                if not each.null and each.db_default is NOT_PROVIDED and each.get_internal_type() != "BigAutoField"
            }
            assert needed <= set(re.split(r",\s+", columns)), table
