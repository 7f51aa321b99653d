"""Reports as mails tell them: one sentence, charts, and tables of what their pages show (6.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, Sums
from comptoir.apps.traffic.pages import comparison, hours_and_weekdays, over_time, quality, reports, staffing, weekly
from comptoir.apps.traffic.pages.cells import Cell
from comptoir.apps.traffic.pages.columns import columns_of
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.reports import mail_charts, staffing_words
from comptoir.apps.traffic.reports.mail_charts import Drawn
from comptoir.apps.traffic.reports.weekly import Block, Line
from comptoir.core.mail.send import InlineImage
from comptoir.web.charts import png
from comptoir.web.formats import day as day_words
from comptoir.web.formats import days, weekday

OF_A_WEEK: Final = ("visitors", "conversion", "atv", "sales")
"""With the index as many as a phone is wide, where none were chosen."""
LEAD: Final = ("visitors", "sales")
WIDE: Final = 5
"""Columns beside one another; more go on below."""
MOST: Final = 25
"""Locations in one mail; the page has all of them."""
MOST_ROWS: Final = 62
INDEXED: Final = "sales"


@dataclass(frozen=True)
class Part:
    """A table of a mail: what it is about, what its columns are called, and its rows with their names."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Told:
    """A report in a mail. `left` are so many locations, `left_rows` rows, that only the page has; `dates` say in its
    address which days it is about, where those are others than the scope's."""

    lead: str
    parts: Sequence[Part]
    charts: Sequence[Drawn] = ()
    left: int = 0
    left_rows: int = 0
    dates: Mapping[str, str] = field(default_factory=dict)
    when: str = ""


def totals(scope: Scope) -> Told:
    """Locations, subtotals, and all."""
    found, columns = reports.totals_of(scope), columns_of(scope)
    heads = [str(each.label) for each in columns.heads]
    places = [each for each in found.rows if each.store_id]
    nodes = [each for each in found.rows if not each.store_id]
    rows = [
        (row.name or pgettext("a total", "All"), [f"{each.value}{_changed(each)}" for each in cells])
        for row, cells, _matched in (
            reports.shown_row(columns, each) for each in (*found.totals, *nodes, *places[:MOST])
        )
    ]
    whole = [(each.now, each.currency) for each in found.totals]
    return Told(_lead(whole), _parts(_("Totals by location"), heads, rows), left=max(0, len(places) - MOST))


def in_time(scope: Scope) -> Told:
    """A row for each step of the period."""
    step, columns = over_time.step_of(scope), columns_of(scope)
    heads, parts, left = [str(each.label) for each in columns.heads], list[Part](), 0
    tables = over_time.tables_of(scope, step)
    for table in tables:
        rows = [
            (
                over_time.label_of(row, step),
                [f"{each.value}{_changed(each)}" for each in over_time.cells_of(columns, table, row)],
            )
            for row in table.rows[:MOST_ROWS]
        ]
        left += max(0, len(table.rows) - MOST_ROWS)
        parts += _parts(_("Figures over time, %(currency)s") % {"currency": table.currency}, heads, rows)
    whole = [(sum((row.now for row in table.rows), start=Sums()), table.currency) for table in tables]
    return Told(_lead(whole), parts, left_rows=left)


def side_by_side(scope: Scope) -> Told:
    """Two stores, or two periods."""
    found = comparison.compared(scope)
    names = [str(each) for each in found.names]
    heads = [*names, _("Difference"), _("Index") if comparison.is_budget(scope) else _("Relative change")]
    rows = [(str(kpi.label), [one, other, apart, moved]) for kpi, one, other, apart, moved, _trend in found.rows]
    lead = _("%(one)s beside %(other)s.") % {"one": names[0], "other": names[1]}
    parts = _parts(
        _("Key figures side by side"), heads, [(name, [each or shown.DASH for each in row]) for name, row in rows]
    )
    return Told(_("Nothing is known of these days") if found.is_empty else lead, [] if found.is_empty else parts)


def by_hour_and_weekday(scope: Scope) -> Told:
    """A table for each figure: hours below one another, a column for each weekday."""
    found = hours_and_weekdays.found_of(scope)
    parts, charts = [], []
    for each in hours_and_weekdays.maps_of(scope, found):
        rows = [(hour, [figure for _day, figure, _is_key in cells]) for hour, cells in each.rows]
        parts += _parts(str(each.label), hours_and_weekdays.names_of(scope), rows, wide=7)
        charts.append(_picture(each.kpi.slug, each.picture.title, str(each.label), png(each.picture)))
    return Told(_lead([(sum(found.values(), start=Sums()), scope.currency)]), parts, charts)


def fit(scope: Scope) -> Told:
    """By the hour, and by location."""
    found, columns = staffing.found_of(scope), staffing.columns_of(scope)
    heads, slugs = [str(each.label) for each in columns.heads], columns.slugs
    parts = []
    if found.whole.is_known:
        hours = [(f"{hour:02}:00", each) for hour, each in found.hours if each.is_known]
        rows = [(name, staffing_words.figures(each, slugs)) for name, each in hours]
        rows.append((pgettext("a total", "All"), staffing_words.figures(found.whole, slugs)))
        parts = _parts(_("By the hour"), heads, rows, wide=len(staffing_words.HEADS))
    if len(found.places) > 1:
        mine = [(each.store.name, staffing_words.figures(one, slugs)) for each, one in found.places[:MOST]]
        parts += _parts(_("By location"), heads, mine, wide=len(staffing_words.HEADS))
    lead = staffing_words.sentence(found.whole) or _("No hour of these days knows both visitors and staff")
    if len(found.without_target) == len(scope.places):
        lead = _("No location has a target yet")
    picture = staffing_words.picture(found)
    charts = [_picture("staffing", picture.title, lead, png(picture))] if found.whole.is_known else []
    return Told(lead, parts, charts, left=max(0, len(found.places) - MOST))


def of_a_week(scope: Scope) -> Told:
    """The week that the period ends in: its days and the whole, of all locations and of each."""
    scope, found = weekly.found_of(scope)
    columns = columns_of(scope)
    slugs = columns.slugs if columns.is_chosen else OF_A_WEEK
    heads = [*(str(BY_SLUG[slug].label) for slug in slugs), _("Budget index")]
    wholes = [each for each in found.wholes if each.is_known] if len(scope.places) > 1 else []
    known = [each for each in found.blocks if each.is_known]
    currency = found.wholes[0].currency if len(found.wholes) == 1 else ""
    start = scope.places[0].store.day_start.hour
    charts = mail_charts.of_mail(
        scope.reading,
        scope.period,
        scope.counterpart,
        words=str(scope.comparison_word),
        currency=currency,
        day_start=start,
    )
    lead = _lead([(each.lines[-1].now, each.currency) for each in found.wholes], _("Nothing is known of this week"))
    parts = [part for each in (*wholes, *known[:MOST]) for part in _of_block(scope, each, heads, slugs)]
    return Told(
        lead,
        parts,
        charts,
        left=max(0, len(known) - MOST),
        dates={"week": scope.period.since.isoformat()},
        when=days(scope.period.since, scope.period.until),
    )


def known(scope: Scope) -> Told:
    """Days with something to look at."""
    found = quality.quality_of(scope, size=MOST_ROWS)
    heads = [*(str(each.label) for each in found["heads"]), _("To look at")]
    rows = [
        (
            f"{day_words(row['day'])}, {row['store'].name}",
            [*(str(figure) for _label, figure, _is_key in row["cells"]), "; ".join(row["look"]) or shown.DASH],
        )
        for row in found["rows"]
    ]
    lead = (
        _("Visitors and staff hours of every hour are known.") if found["days"] else _("Nothing is known of these days")
    )
    if found["wanting"]:
        lead = quality.sentence(found["wanting"], found["days"])
    left = max(0, found["wanting"] - MOST_ROWS)
    return Told(lead, _parts(_("Coverage by location and day"), heads, rows) if rows else [], left_rows=left)


def moved(scope: Scope) -> Told:
    """What moved after its day was over."""
    found = quality.changes_of(scope, size=MOST_ROWS)
    number = found["page"].paginator.count
    place = str(quality.TOLD["location"])  # beside the hour it takes no column, of which a phone has few
    heads = [str(each.label) for each in found["heads"] if str(each.label) != place]
    rows = []
    for said, cells in found["rows"]:
        words = {str(label): str(value) for label, value, _right in cells}
        words |= {str(quality.TOLD["seen_at"]): str(said["seen"])}
        where = f" · {words[place]}" if place in words else ""
        rows.append((f"{day_words(said['day'])}, {said['start']}{where}", [words[head] for head in heads]))
    lead = quality.moved_sentence(number) if rows else _("Nothing moved")
    left = max(0, number - MOST_ROWS)
    return Told(lead, _parts(_("Figures that moved"), heads, rows) if rows else [], left_rows=left)


def _lead(whole: Sequence[tuple[Sums, str]], otherwise: str = "") -> str:
    """Visitors and sales of all; a sentence where nothing is known."""
    said = ", ".join(
        f"{BY_SLUG[slug].label} {shown.figure(BY_SLUG[slug], BY_SLUG[slug].of(sums), currency)}"
        for sums, currency in whole
        for slug in LEAD
        if sums.hours and (currency or not BY_SLUG[slug].is_money)
    )
    return said or otherwise or _("Nothing is known of these days")


def _changed(cell: Cell) -> str:
    return f" ({cell.delta})" if cell.delta else ""


def _of_block(scope: Scope, block: Block, heads: Sequence[str], slugs: Sequence[str]) -> list[Part]:
    title = f"{block.place.shown_id} {block.place.store.name}".strip() if block.place else ""
    title = title or weekly.whole_name(scope, block.currency)
    rows = [(_name(each), _figures(each, block.currency, slugs)) for each in block.lines if each.now.hours]
    return _parts(title, heads, rows)


def _name(line: Line) -> str:
    return weekday(line.day) if line.day else _("Week")


def _figures(line: Line, currency: str, slugs: Sequence[str]) -> tuple[str, ...]:
    figures = (shown.figure(BY_SLUG[slug], BY_SLUG[slug].of(line.now), currency) for slug in slugs)
    return (*figures, shown.index(line.against.index(INDEXED)))


def _parts(
    title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, wide: int = WIDE
) -> list[Part]:
    """A table, or several below one another where it has more columns than a phone is wide."""
    return [
        Part(title, tuple(heads[at : at + wide]), tuple((name, tuple(cells[at : at + wide])) for name, cells in rows))
        for at in range(0, len(heads), wide)
    ]


def _picture(name: str, title: str, alt: str, content: bytes) -> Drawn:
    """A picture whose figures are those of the table below it."""
    # mrml writes spaces that do not break as \u{202f} in an attribute: plain ones are read the same.
    plain = alt.replace("\u202f", " ").replace("\u00a0", " ")
    return Drawn(title, plain, InlineImage(cid=f"{name}@chart", name=f"{name}.png", png=content), (), ())
