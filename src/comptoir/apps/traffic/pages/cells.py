"""The figures of a row of a report, each with its change: one way for every table."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.reports.against import Against
from comptoir.web.formats import locale

KEY: Final = frozenset({"visitors", "transactions", "sales", "conversion", "atv"})
"""What a phone shows of a row."""


@dataclass(frozen=True)
class Cell:
    """A figure of a table: what it is called, its value, its change, whether a phone shows it, and a note below."""

    label: str | Promise
    value: str
    delta: str = ""
    trend: str = ""
    is_key: bool = True
    note: str = ""


def cells(
    slugs: Iterable[str],
    now: Sums,
    alike: tuple[Sums, Sums] | None,
    currency: str,
    *,
    against: Against | None = None,
    is_chosen: bool = False,
) -> list[Cell]:
    """A dash where nothing is known; no change where nothing is alike. With `against` its index stands beside each.

    `is_chosen`: the reader said which figures, so a phone shows each of them.
    """
    made, code, language = [], get_language() or "", locale()
    for slug in slugs:
        kpi = BY_SLUG[slug]
        value = shown.figure(kpi, kpi.of(now) if now.hours else None, currency, language)
        if against is None:
            change = kpis.change(kpi, kpi.of(alike[0]), kpi.of(alike[1])) if alike else None
            said = shown.delta(kpi, change, language)
        else:
            said = shown.beside_budget(kpi, against.index(slug))
        made.append(Cell(_label(slug, code), value, *said, is_key=is_chosen or slug in KEY))
    return made


@cache
def _label(slug: str, language: str) -> str:  # noqa: ARG001 (what it is said in)
    return str(BY_SLUG[slug].label)
