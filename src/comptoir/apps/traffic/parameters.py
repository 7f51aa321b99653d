"""The parameters of a report as an address says them: period, hours, days to include (traffic-analytics.md 6.1)."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from babel.dates import get_day_names
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic.periods import Comparison, Period
from comptoir.kernel.clock import day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import locale

PERIODS: Final[dict[str, str | Promise]] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "7": _("7 days"),
    "28": _("28 days"),
    "91": _("13 weeks"),
    "364": _("52 weeks"),
}
COMPARISONS: Final[dict[str, str | Promise]] = {
    Comparison.LAST_WEEK: _("the same days last week"),
    Comparison.PREVIOUS: _("as many days before"),
    Comparison.SAME_WEEKDAYS: _("the same weekdays last year"),
    Comparison.SAME_DATES: _("the same dates last year"),
    Comparison.RETAIL_YEAR: _("the same retail week last year"),
    Comparison.RETAIL_RESTATED: _("the same retail week last year, restated after 53 weeks"),
    Comparison.CHOSEN: _("as many days from a date"),
    Comparison.BUDGET: _("the budget"),
}
TODAYS: Final = "today"
TREES: Final[dict[str, str | Promise]] = {
    "": _("the tree of each day"),
    TODAYS: _("today’s tree"),
}
LONGEST: Final = timedelta(days=3 * 366)
HOURS: Final[dict[str, str | Promise]] = {
    "": _("All hours"),
    "business": _("Business hours"),
    "chosen": _("Chosen hours"),
}
TITLE: Final = "title"
LONGEST_TITLE: Final = 80
ONCE: Final = (
    *("at", "period", "since", "until", "beside", "from", "by", "hours", "opens", "closes", "week", "tree"),
    TITLE,
)
DATES: Final = ("since", "until", "week")
STORES: Final = ("one", "other")
"""Two that are compared: kept with a schedule, and not from report to report."""
DAYS: Final = "days"
FIGURES: Final = "columns"
FIT: Final = "fit"
KNOWN: Final = "known"
MOVED: Final = "moved"
FIELDS: Final = "fields"
COLUMNS: Final = (FIGURES, FIT, KNOWN, MOVED, FIELDS)
"""Named once for each column: key figures, and those of staffing fit, data quality, changes and the data export, which
are others."""
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
QUICK: Final = {"weekdays": frozenset(range(5)), "weekend": frozenset({5, 6})}
"""Words for several of them."""


def kept(said: QueryDict) -> dict[str, list[str]]:
    """What an address says of the location options and of a report's parameters, for a link that keeps them."""
    found = {name: [str(said[name])] for name in ONCE if said.get(name)}
    found |= {name: [str(each) for each in said.getlist(name)] for name in COLUMNS if name in said}
    days = names_of(weekdays_of(said))
    return found | ({DAYS: days} if days else {})


def title_of(said: QueryDict) -> str:
    """What a report is called by whoever asks for it; "" where it keeps its own name. Raises RuleBroken (422)."""
    title = " ".join("".join(each if each.isprintable() else " " for each in said.get(TITLE, "")).split())
    if len(title) > LONGEST_TITLE:
        raise RuleBroken(
            gettext("A title has at most %(number)d characters: this one has %(length)d.")
            % {"number": LONGEST_TITLE, "length": len(title)},
            code="title_too_long",
            status=422,
        )
    return title


def scheduled(said: QueryDict) -> dict[str, list[str]]:
    """What a schedule keeps of an address: all but days that were chosen one by one, for it has its own each time."""
    found = kept(said) | {name: [str(said[name])] for name in STORES if said.get(name)}
    return {name: words for name, words in found.items() if name not in DATES}


def asked(found: Mapping[str, list[str]]) -> QueryDict:
    """What a schedule keeps, as an address says it."""
    made = QueryDict(mutable=True)
    for name, words in found.items():
        made.setlist(name, words)
    return made


def columns_of(said: QueryDict) -> dict[str, tuple[str, ...]]:
    """The columns that an address names, by the kind of table they are of."""
    return {name: tuple(said.getlist(name)) for name in COLUMNS if name in said}


def period_of(said: QueryDict, today: date, usual: str) -> tuple[Period, str]:
    """Its days, and the word that says them; "" for days that were chosen one by one."""
    word, first, last = said.get("period", ""), day_in(said.get("since", "")), day_in(said.get("until", ""))
    if word not in PERIODS and first is not None and last is not None and first <= last:
        return Period(max(first, last - LONGEST), last), ""
    word = word if word in PERIODS else usual
    if word == "today":
        return Period(today, today), word
    yesterday = today - timedelta(days=1)
    if word == "yesterday":
        return Period(yesterday, yesterday), word
    return Period(yesterday - timedelta(days=int(word) - 1), yesterday), word


def hours_of(said: QueryDict) -> tuple[str, tuple[time, time] | None]:
    """Which hours of the day: all, those of business, or between two times that were given."""
    opens, closes = _time(said.get("opens", "")), _time(said.get("closes", ""))
    clock = (opens, closes) if opens is not None and closes is not None and opens != closes else None
    word = said.get("hours", "chosen" if clock else "")
    if word == "business":
        return word, None
    return ("chosen", clock) if word == "chosen" and clock else ("", None)


def weekdays_of(said: QueryDict) -> frozenset[int] | None:
    """The weekdays that count (0 Monday); None for all seven, also where none is named that there is."""
    words = said.getlist(DAYS)
    quick = [QUICK[each] for each in words if each in QUICK]
    found = (
        frozenset().union(*quick) if quick else frozenset(WEEKDAYS.index(each) for each in words if each in WEEKDAYS)
    )
    return found if 0 < len(found) < len(WEEKDAYS) else None


def names_of(chosen: frozenset[int] | None) -> list[str]:
    """As an address names them; none for all."""
    quick = [word for word, days in QUICK.items() if days == chosen]
    return quick or [name for number, name in enumerate(WEEKDAYS) if chosen and number in chosen]


def in_order(week_starts_on: int) -> list[int]:
    """The weekdays as the chain's week has them. `week_starts_on`: 0 Monday, 6 Sunday."""
    return [(week_starts_on + number) % 7 for number in range(7)]


def words_of(chosen: frozenset[int] | None, week_starts_on: int = 0) -> str:
    """`Mon–Fri`, `Mon, Wed`; "" for all."""
    names = get_day_names("abbreviated", locale=locale())
    if not chosen:
        return ""
    if chosen == QUICK["weekdays"]:
        return f"{names[0]}–{names[4]}"
    return ", ".join(str(names[each]) for each in in_order(week_starts_on) if each in chosen)


def _time(said: str) -> time | None:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        return None
