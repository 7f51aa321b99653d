"""Location options, period and comparison: top left on every page, and kept in its address."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise

from comptoir.apps.traffic import catching_up, chains, opening
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, OF_STAFF, Kpi
from comptoir.apps.traffic.pages.where import Option, Reader, Where, reader_of, where_for
from comptoir.apps.traffic.parameters import (
    COMPARISONS,
    HOURS,
    PERIODS,
    TITLE,
    TODAYS,
    TREES,
    WEEKDAYS,
    columns_of,
    hours_of,
    in_order,
    kept,
    period_of,
    title_of,
    weekdays_of,
    words_of,
)
from comptoir.apps.traffic.periods import Beside, Comparison, Period, Weekdays, compared
from comptoir.apps.traffic.reports import reading as reports
from comptoir.apps.traffic.reports.lacking import Lacking, lacking_feeds
from comptoir.core.accounts.roles import may
from comptoir.kernel.clock import business_date, day_in
from comptoir.web.shell import OrganisationRequest


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
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weekdays: frozenset[int] | None = None
    asked: QueryDict = field(default_factory=QueryDict)
    title: str = ""

    def said(self, name: str) -> str:
        """What the address says under a name, beside all this; "" for nothing."""
        return self.asked.get(name, "")

    @cached_property
    def reading(self) -> reports.Scope:
        """As reports ask."""
        return self.reading_of([each.store.id for each in self.places])

    def reading_of(self, store_ids: Collection[UUID]) -> reports.Scope:
        """Of these stores, on the same days at the same hours."""
        opens, closes = self.clock or (None, None)
        return reports.Scope(
            self.organisation_id,
            store_ids,
            opens,
            closes,
            business=self.hours == "business",
            nodes=self.nodes,
            days=None if self.weekdays is None else Weekdays(self.weekdays),
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
        """For the choice of a tree, where a chain, district or region is chosen."""
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
    def elsewhere(self) -> str:
        """The query for another report: a title is of this one."""
        return urlencode({name: each for name, each in kept(self.asked).items() if name != TITLE}, doseq=True)

    @property
    def named_columns(self) -> list[tuple[str, str]]:
        """Each column that was chosen, of whatever table: its kind and its name."""
        return [(kind, each) for kind, slugs in self.columns.items() for each in slugs]

    @property
    def hours_choices(self) -> list[tuple[str, str | Promise]]:
        """For the choice."""
        return list(HOURS.items())

    @cached_property
    def days_choices(self) -> list[tuple[str, str, bool]]:
        """Each weekday in the order of the chain's week: its name in the address, its label, whether it counts."""
        days = in_order(self.reading.settings.week_starts_on)
        return [
            (WEEKDAYS[each], words_of(frozenset({each})), self.weekdays is None or each in self.weekdays)
            for each in days
        ]

    @property
    def days_words(self) -> str:
        """Which weekdays count; "" where all do."""
        return words_of(self.weekdays, self.reading.settings.week_starts_on) if self.weekdays else ""

    @property
    def has_no_day(self) -> bool:
        """Whether none of its days is one of the weekdays that count."""
        return self.reading.chosen(self.period) == []

    @property
    def hours_words(self) -> str | Promise:
        """Which hours of the day count; "" where all do."""
        return f"{self.clock[0]:%H:%M}–{self.clock[1]:%H:%M}" if self.clock else HOURS[self.hours] if self.hours else ""

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
    return scope_for(reader_of(request), request.GET, usual=usual, now=timezone.now())


def scope_for(reader: Reader, said: QueryDict, *, usual: str, now: datetime) -> Scope:
    """The same of what a schedule says, for its reader. Raises RuleBroken (404)."""
    organisation_id = reader.organisation_id
    where = where_for(reader, said.get("at", ""), now=now)
    today = _today(where.places or where.everywhere, now)
    period, word = period_of(said, today, usual)
    beside_word = said.get("beside", "")
    chosen_day = day_in(said.get("from", ""))
    comparison = Comparison(beside_word) if beside_word in COMPARISONS else Comparison.LAST_WEEK
    if comparison is Comparison.CHOSEN and chosen_day is None:
        comparison = Comparison.LAST_WEEK
    hours, clock = hours_of(said)
    beside = compared(period, comparison, chosen=chosen_day)
    places, nodes = there(organisation_id, where, said.get("tree", ""), (period, beside))
    since = max(period.since, today - timedelta(days=7))
    catching_up.fresh(organisation_id, {each.store.id for each in places}, since=since, until=today, now=now)
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
        without_hours=_without_hours(organisation_id, where) if hours == "business" else (),
        today=today,
        now=now,
        organisation_id=organisation_id,
        query=urlencode(kept(said), doseq=True),
        tree=said.get("tree", ""),
        sees_staff=may(reader.role, "traffic.staff"),
        columns=columns_of(said),
        weekdays=weekdays_of(said),
        asked=said,
        title=title_of(said),
    )


def there(
    organisation_id: UUID, where: Where, tree: str, periods: Collection[Period]
) -> tuple[tuple[Place, ...], frozenset[UUID] | None]:
    """The locations that were in the chosen part of the tree in these days (`chains.there`). With today's tree those
    that are there today, and all their days."""
    if not where.nodes or tree == TODAYS:
        return where.places, None
    return chains.there(organisation_id, where.everywhere, where.nodes, periods)


def _today(places: tuple[Place, ...], now: datetime) -> date:
    """The business date of the first store; now, where there is none."""
    if not places:
        return timezone.localdate(now)
    store = places[0].store
    return business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)


def _without_hours(organisation_id: UUID, where: Where) -> tuple[str, ...]:
    """Locations whose business hours nobody typed: all of their hours count."""
    typed = opening.typed(organisation_id, [each.store for each in where.places])
    return tuple(each.store.name for each in where.places if each.store.id not in typed)
