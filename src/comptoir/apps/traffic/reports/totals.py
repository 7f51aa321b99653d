"""The totals report: locations, subtotals of every node of the tree, and beside each the period it is compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.models import Node
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports.reading import Scope


@dataclass(frozen=True)
class Row:
    """A location, or a node with everything in it, or all of it, of one currency (4.1, rule 4)."""

    name: str
    location_id: str
    depth: int
    is_total: bool
    currency: str
    now: Sums
    before: Sums | None
    store_id: UUID | None = None


@dataclass(frozen=True)
class Report:
    """Rows in the order of the tree, then the whole for each currency.

    `left_out`: stores that have no day in one of the two periods, and so are in neither side of the comparison (4.3).
    """

    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    left_out: tuple[str, ...]


def totals(
    scope: Scope, places: Sequence[Place], period: Period, beside: Period | None, *, trees_of_each_day: bool = True
) -> Report:
    """The report over some places. `trees_of_each_day`: subtotals by where each store was that day (TA-39)."""
    now = reading.by_store(scope, period)
    before = reading.by_store(scope, beside) if beside else {}
    chosen = [each for each in places if each.store.id in set(scope.store_ids)]
    alike = {each.store.id for each in chosen if not beside or (each.store.id in now and each.store.id in before)}
    rows = [
        Row(
            each.store.name,
            each.shown_id,
            0,
            False,
            each.store.currency,
            now.get(each.store.id, Sums()),
            before.get(each.store.id) if beside else None,
            each.store.id,
        )
        for each in chosen
    ]
    subtotals = _subtotals(scope, chosen, period, beside, alike, trees_of_each_day)
    whole = [
        _whole(currency, [each for each in chosen if each.store.currency == currency], now, before, alike, beside)
        for currency in dict.fromkeys(each.store.currency for each in chosen)
    ]
    left_out = tuple(each.store.name for each in chosen if each.store.id not in alike) if beside else ()
    return Report((*rows, *subtotals), tuple(whole), left_out)


def _whole(
    currency: str,
    places: Sequence[Place],
    now: Mapping[UUID, Sums],
    before: Mapping[UUID, Sums],
    alike: set[UUID],
    beside: Period | None,
) -> Row:
    """Everything; the comparison only of stores that are in both periods."""
    all_now = _add(now.get(each.store.id) for each in places)
    base = _add(before.get(each.store.id) for each in places if each.store.id in alike) if beside else None
    return Row("", "", 0, True, currency, all_now, base)


def _subtotals(
    scope: Scope,
    places: Sequence[Place],
    period: Period,
    beside: Period | None,
    alike: set[UUID],
    trees_of_each_day: bool,
) -> list[Row]:
    """One row for each node that has something, and each currency in it."""
    nodes = {each.id: each for each in chains.nodes(scope.organisation_id)}
    if not nodes:
        return []
    currencies = {each.store.id: each.store.currency for each in places}
    found: defaultdict[tuple[UUID, str], Sums] = defaultdict(Sums)
    base: defaultdict[tuple[UUID, str], Sums] = defaultdict(Sums)
    history = chains.placements(scope.organisation_id)
    for target, which in ((found, period), *(((base, beside),) if beside else ())):
        for (store_id, day), sums in reading.by_store_day(scope, which).items():
            if target is base and store_id not in alike:
                continue
            on = day if trees_of_each_day else date.max
            for node_id in _up(nodes, _node_on(history.get(store_id, []), on)):
                target[node_id, currencies[store_id]] += sums
    ordered = sorted(found, key=lambda key: (_path(nodes, key[0]), key[1]))
    return [
        Row(
            nodes[node_id].name,
            "",
            len(_path(nodes, node_id)),
            True,
            currency,
            found[node_id, currency],
            base.get((node_id, currency)) if beside else None,
        )
        for node_id, currency in ordered
    ]


def _node_on(history: Sequence[tuple[date, UUID | None]], day: date) -> UUID | None:
    """Where a store was on a day."""
    return next((node for since, node in reversed(history) if since <= day), None)


def _up(nodes: Mapping[UUID, Node], node_id: UUID | None) -> Iterable[UUID]:
    """A node and those it lies in."""
    while node_id is not None and node_id in nodes:
        yield node_id
        node_id = nodes[node_id].parent_id


def _path(nodes: Mapping[UUID, Node], node_id: UUID) -> tuple[str, ...]:
    return tuple(reversed([nodes[each].name for each in _up(nodes, node_id)]))


def _add(found: Iterable[Sums | None]) -> Sums:
    return sum((each for each in found if each is not None), start=Sums())
