"""Where a period stands: why sales moved, and how stores stand among one another (6.3)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, Kpi, Sums
from comptoir.apps.traffic.pages.panels import Column, Line, Panel, columns
from comptoir.apps.traffic.pages.scope import Scope
from comptoir.apps.traffic.reports.comparing import Alike
from comptoir.web.diagrams import Placed, Ranking, Rung, Waterfall

MOST_RANKED: Final = 5
SHOWN: Final = ("visitors", "conversion", "sales")
T = TypeVar("T")


def why(alike: Alike, currency: str) -> Panel | None:
    """What traffic, conversion and average sale did to sales, adding up to the difference; over matched hours."""
    found = kpis.effects(alike.before, alike.now)
    if found is None or not currency:
        return None
    sales = BY_SLUG["sales"]
    effects: list[tuple[str, Decimal]] = [
        (_("Traffic"), found.traffic),
        (_("Conversion"), found.conversion),
        (_("Average sale"), found.average_sale),
    ]
    together = (_("Together"), alike.now.s_t - alike.before.s_t)
    rungs = [Rung(name, float(value), _signed(sales, value, currency)) for name, value in effects]
    last = Rung(together[0], float(together[1]), _signed(sales, together[1], currency), is_total=True)
    sides = [(_("Sales before"), alike.before.s_t), (_("Sales now"), alike.now.s_t)]
    return Panel(
        "why",
        (Waterfall(_("Why sales moved"), currency, (*rungs, last)),),
        _("Why sales moved"),
        _("Step"),
        (Column("sales", str(sales.label), sales),),
        tuple(Line(name, (value,)) for name, value in (sides[0], *effects, together, sides[1])),
        currency,
        _("The three add up to the difference, over hours whose visitors are known."),
    )


def _signed(kpi: Kpi, value: Decimal, currency: str) -> str:
    return ("+" if value > 0 else "") + shown.figure(kpi, value, currency)


def stores(scope: Scope, found: Mapping[UUID, Sums]) -> Panel | None:
    """Best and worst stores by conversion, or by sales where nobody counts; each with its target. The file has all."""
    mine = [each for each in scope.places if each.store.id in found]
    by = BY_SLUG["conversion"] if any(found[each.store.id].hours_t for each in mine) else BY_SLUG["sales"]
    known = [(value, each) for each in mine if (value := by.of(found[each.store.id])) is not None]
    if len(scope.places) < 2 or not known or (by.slug == "sales" and not scope.currency):
        return None
    ordered = sorted(known, key=lambda pair: -pair[0])
    is_rate = by.slug == "conversion"
    lines = [_line(number, each, found[each.store.id], is_rate) for number, (_v, each) in enumerate(ordered, start=1)]
    is_long = len(lines) > 2 * MOST_RANKED
    drawn = list(zip(lines, ordered, strict=True))
    places = [_placed(line, value, by, scope) for line, (value, _each) in (_ends(drawn) if is_long else drawn)]
    title = _("Best and worst stores by conversion") if is_rate else _("Best and worst stores by sales")
    target = (Column("target_conversion", _("Target"), BY_SLUG["conversion"], is_key=False),) if is_rate else ()
    return Panel(
        "stores",
        (Ranking(title, "%" if is_rate else scope.currency, tuple(places)),),
        title,
        _("Store"),
        columns(SHOWN) + target,
        tuple(_ends(lines) if is_long else lines),
        scope.currency,
        _("A mark is the store’s target.") if is_rate and any(each.values[-1] is not None for each in lines) else "",
        every=tuple(lines),
    )


def _ends(found: Sequence[T]) -> list[T]:
    return [*found[:MOST_RANKED], *found[-MOST_RANKED:]]


def _line(number: int, place: Place, sums: Sums, is_rate: bool) -> Line:
    figures = tuple(BY_SLUG[slug].of(sums) for slug in SHOWN)
    target = (place.location.target_conversion,) if is_rate else ()
    name = f"{number}. {place.store.name}"
    return Line(name, (*figures, *target), store=place.store.public_id, currency=place.store.currency)


def _placed(line: Line, value: Decimal, by: Kpi, scope: Scope) -> Placed:
    target = line.values[-1] if by.slug == "conversion" else None
    said = shown.figure(by, value, scope.currency)
    return Placed(line.label, float(value), said, None if target is None else float(target))
