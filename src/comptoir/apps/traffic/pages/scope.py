"""Location options, period and comparison: top left on every page, and kept in its address."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.traffic import catching_up, chains, opening
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, OF_STAFF, Kpi
from comptoir.apps.traffic.pages.where import Option, Where, where_of
from comptoir.apps.traffic.periods import Beside, Comparison, Period, compared
from comptoir.apps.traffic.reports import reading as reports
from comptoir.apps.traffic.reports.lacking import Lacking, lacking_feeds
from comptoir.core.accounts.roles import may
from comptoir.kernel.clock import business_date, day_in
from comptoir.web.shell import OrganisationRequest

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
KEPT: Final = ("at", "period", "since", "until", "beside", "from", "by", "hours", "opens", "closes", "week", "tree")
COLUMNS: Final = "columns"
"""Named once for each column."""


@dataclass(frozen=True)
class Scope:
    """What a page is about."""

    places: tuple[Place, ...]
    where: Where
    nodes: frozenset[UUID] | None
    everywhere: tuple[Place, ...]
    options: tuple[Option, ...]
    at: str
    name: str
    period: Period
    period_word: str
    comparison: Comparison
    chosen: date | None
    beside: Period
    hours: str
    clock: tuple[time, time] | None
    without_hours: tuple[str, ...]
    today: date
    now: datetime
    organisation_id: UUID
    query: str
    tree: str = ""
    sees_staff: bool = True
    columns: tuple[str, ...] = ()

    @cached_property
    def reading(self) -> reports.Scope:
        """As reports ask."""
        return self.reading_of([each.store.id for each in self.places])

    def reading_of(self, store_ids: Collection[UUID]) -> reports.Scope:
        """Of these stores, at the same hours."""
        opens, closes = self.clock or (None, None)
        return reports.Scope(
            self.organisation_id,
            store_ids,
            opens,
            closes,
            business=self.hours == "business",
            nodes=self.nodes,
            sees_staff=self.sees_staff,
        )

    @cached_property
    def lacking(self) -> tuple[Lacking, ...]:
        """The locations that sums are without, by the feed that tells nothing of them (4.1, rule 3)."""
        return lacking_feeds(self.places, reports.by_store(self.reading, self.period))

    @property
    def counterpart(self) -> Beside:
        """What each of its days is compared with."""
        return Beside(self.period, self.comparison, self.chosen)

    @property
    def formulas(self) -> list[Kpi]:
        """How each key figure is worked out, of those that the reader may see."""
        return [BY_SLUG[slug] for slug in self.seen(BY_SLUG)]

    def seen(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """Of these key figures those that the reader may see."""
        return tuple(each for each in slugs if self.sees_staff or each not in OF_STAFF)

    def at_days(self, period: Period, beside: Period) -> "Scope":
        """Of other days: the locations that were in the chosen region then."""
        places, nodes = there(self.organisation_id, self.where, self.tree, (period, beside))
        return replace(self, period=period, beside=beside, places=places, nodes=nodes)

    @property
    def trees(self) -> list[tuple[str, str | Promise]]:
        """For the choice of a tree, where a district or region is chosen."""
        return list(TREES.items()) if self.where.nodes else []

    @property
    def is_budget(self) -> bool:
        """Whether figures stand beside their budgets, and not beside those of other days."""
        return self.comparison is Comparison.BUDGET

    @property
    def is_running(self) -> bool:
        """Whether today is part of it: then only the hours that are over are compared."""
        return self.period.until >= self.today

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(each.store.currency for each in self.places))

    @cached_property
    def currency(self) -> str:
        """The one that all stores have; "" where they have several: money of two is never added (4.1, rule 4)."""
        return self.currencies[0] if len(self.currencies) == 1 else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Of where, for the choice."""
        return self.where.choices

    @property
    def hours_choices(self) -> list[tuple[str, str | Promise]]:
        """For the choice."""
        return list(HOURS.items())

    @property
    def comparisons(self) -> list[tuple[str, str | Promise]]:
        """For the choice."""
        return list(COMPARISONS.items())

    @property
    def periods(self) -> list[tuple[str, str | Promise]]:
        """For the choice."""
        return list(PERIODS.items())

    @property
    def comparison_word(self) -> str | Promise:
        """What the figures are compared with."""
        return COMPARISONS[self.comparison]


def scope_of(request: OrganisationRequest, *, usual: str = "7") -> Scope:
    """What the address says, and the usual where it says nothing that can be read. Raises RuleBroken (404)."""
    now = timezone.now()
    said = request.GET
    where = where_of(request, now=now)
    today = _today(where.places or where.everywhere, now)
    period, word = _period(said.get("period", ""), said.get("since", ""), said.get("until", ""), today, usual)
    beside_word = said.get("beside", "")
    chosen_day = day_in(said.get("from", ""))
    comparison = Comparison(beside_word) if beside_word in COMPARISONS else Comparison.LAST_WEEK
    if comparison is Comparison.CHOSEN and chosen_day is None:
        comparison = Comparison.LAST_WEEK
    hours, clock = _hours(request)
    beside = compared(period, comparison, chosen=chosen_day)
    places, nodes = there(request.organisation.id, where, said.get("tree", ""), (period, beside))
    since = max(period.since, today - timedelta(days=7))
    catching_up.fresh(request.organisation.id, {each.store.id for each in places}, since=since, until=today, now=now)
    return Scope(
        places=places,
        where=where,
        nodes=nodes,
        everywhere=where.everywhere,
        options=where.options,
        at=where.at,
        name=where.name,
        period=period,
        period_word=word,
        comparison=comparison,
        chosen=chosen_day,
        beside=beside,
        hours=hours,
        clock=clock,
        without_hours=_without_hours(request, where) if hours == "business" else (),
        today=today,
        now=now,
        organisation_id=request.organisation.id,
        query=urlencode(kept(request), doseq=True),
        tree=said.get("tree", ""),
        sees_staff=may(request.role, "traffic.staff"),
        columns=tuple(said.getlist(COLUMNS)),
    )


def kept(request: OrganisationRequest) -> dict[str, list[str]]:
    """What the address says of the location options, for a link that keeps them."""
    said = request.GET
    return {name: [said[name]] for name in KEPT if said.get(name)} | (
        {COLUMNS: said.getlist(COLUMNS)} if COLUMNS in said else {}
    )


def there(
    organisation_id: UUID, where: Where, tree: str, periods: Collection[Period]
) -> tuple[tuple[Place, ...], frozenset[UUID] | None]:
    """The locations that were in the chosen district or region in these days; and, where one of them ever moved, that
    only its days there count (TA-39). With today's tree those that are there today, and all their days."""
    if not where.nodes or tree == TODAYS:
        return where.places, None
    history = chains.History(chains.placements(organisation_id))
    mine = tuple(
        each
        for each in where.everywhere
        if any(history.during(each.store.id, days.since, days.until) & where.nodes for days in periods)
    )
    return mine, where.nodes if any(history.has_moved(each.store.id) for each in mine) else None


def _today(places: tuple[Place, ...], now: datetime) -> date:
    """The business date of the first store; now, where there is none."""
    if not places:
        return timezone.localdate(now)
    store = places[0].store
    return business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)


def _period(word: str, since: str, until: str, today: date, usual: str) -> tuple[Period, str]:
    first, last = day_in(since), day_in(until)
    if word not in PERIODS and first is not None and last is not None and first <= last:
        return Period(max(first, last - LONGEST), last), ""
    word = word if word in PERIODS else usual
    if word == "today":
        return Period(today, today), word
    yesterday = today - timedelta(days=1)
    if word == "yesterday":
        return Period(yesterday, yesterday), word
    return Period(yesterday - timedelta(days=int(word) - 1), yesterday), word


def _hours(request: OrganisationRequest) -> tuple[str, tuple[time, time] | None]:
    """Which hours of the day: all, those of business, or between two times that were given."""
    said = request.GET
    opens, closes = _time(said.get("opens", "")), _time(said.get("closes", ""))
    clock = (opens, closes) if opens is not None and closes is not None and opens != closes else None
    word = said.get("hours", "chosen" if clock else "")
    if word == "business":
        return word, None
    return ("chosen", clock) if word == "chosen" and clock else ("", None)


def _without_hours(request: OrganisationRequest, where: Where) -> tuple[str, ...]:
    """Locations whose business hours nobody typed: all of their hours count."""
    typed = opening.typed(request.organisation.id, [each.store for each in where.places])
    return tuple(each.store.name for each in where.places if each.store.id not in typed)


def _time(said: str) -> time | None:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        return None
