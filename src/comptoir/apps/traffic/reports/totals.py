"""The totals report: locations, subtotals of every node of the tree, and beside each the period it is compared with.

A subtotal is by where each store was on each day, or (by choice) by where it is today (TA-39).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Beside, Period
from comptoir.apps.traffic.reports import against, comparing, reading
from comptoir.apps.traffic.reports.against import Against
from comptoir.apps.traffic.reports.reading import Scope
from comptoir.core.accounts.tree_tables import Node


@dataclass(frozen=True)
class Row:
    """A location, or a node with everything in it, or all of it, of one currency (4.1, rule 4).

    `alike` are both sides of its comparison, of stores that have both; `against` its figures beside their budgets.
    """

    name: str
    location_id: str
    depth: int
    is_total: bool
    currency: str
    now: Sums
    alike: tuple[Sums, Sums] | None
    against: Against | None = None
    store_id: UUID | None = None


@dataclass(frozen=True)
class Report:
    """Rows in the order of the tree, then the whole for each currency.

    `left_out`: stores that have no day in one of the two periods, and so are in neither side of the comparison (4.3).
    """

    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    left_out: tuple[str, ...]


class _Adds(Protocol):
    def __add__(self: "V", other: "V", /) -> "V": ...


V = TypeVar("V", bound=_Adds)
Key = tuple[UUID | None, str]
"""A location, a node, or None for all of the chain, and a currency."""


def totals(
    scope: Scope,
    places: Sequence[Place],
    period: Period,
    beside: Beside | None,
    *,
    today: date,
    now: datetime,
    with_budgets: bool = False,
    trees_of_each_day: bool = True,
) -> Report:
    """The report over some places, beside another period, beside their budgets, or alone."""
    chosen = [each for each in places if each.store.id in set(scope.store_ids)]
    tree = _Tree(scope.organisation_id, chosen, each_day=trees_of_each_day)
    whole = reading.by_store(scope, period)
    sums = tree.add(whole, lambda moved: reading.by_store_day(replace(scope, store_ids=moved), period), period)
    sides, left_out = _sides(scope, chosen, tree, period, beside, today, now) if beside else (({}, {}), ())
    budgets = _budgets(scope, tree, period, today) if with_budgets else {}

    def alike(key: Key) -> tuple[Sums, Sums] | None:
        return (sides[0][key], sides[1][key]) if key in sides[0] and key in sides[1] else None

    def beside_budget(key: Key) -> Against | None:
        return budgets.get(key, against.NONE) if with_budgets else None

    rows = [
        Row(
            each.store.name,
            each.shown_id,
            0,
            False,
            each.store.currency,
            whole.get(each.store.id, Sums()),
            alike((each.store.id, each.store.currency)),
            beside_budget((each.store.id, each.store.currency)),
            each.store.id,
        )
        for each in chosen
    ]
    return Report(
        (*rows, *(_row(tree, key, sums[key], alike(key), beside_budget(key)) for key in tree.ordered(sums))),
        tuple(
            _row(
                tree,
                (None, currency),
                sums.get((None, currency), Sums()),
                alike((None, currency)),
                beside_budget((None, currency)),
            )
            for currency in dict.fromkeys(each.store.currency for each in chosen)
        ),
        left_out,
    )


def _row(tree: "_Tree", key: Key, now: Sums, alike: tuple[Sums, Sums] | None, beside: Against | None) -> Row:
    node_id, currency = key
    path = tree.path(node_id)
    return Row(path[-1] if path else "", "", len(path), True, currency, now, alike, beside)


def _sides(
    scope: Scope, places: Sequence[Place], tree: "_Tree", period: Period, beside: Beside, today: date, now: datetime
) -> tuple[tuple[dict[Key, Sums], dict[Key, Sums]], tuple[str, ...]]:
    """Both sides of every row, over stores that have both; the names of those that have one alone."""
    stores = comparing.by_store(scope, places, period, beside, today=today, now=now)
    both = stores[0].keys() & stores[1].keys()
    left_out = tuple(each.store.name for each in places if (each.store.id in stores[0]) != (each.store.id in stores[1]))
    found: list[dict[Key, Sums]] = []
    for side, days in ((0, period), (1, beside.whole)):
        mine = {each: stores[side][each] for each in both}

        def by_day(moved: set[UUID], side: int = side) -> Mapping[tuple[UUID, date], Sums]:
            some = [each for each in places if each.store.id in moved & both]
            part = replace(scope, store_ids=moved & both)
            return comparing.by_store_day(part, some, period, beside, today=today, now=now)[side]

        found.append(tree.add(mine, by_day, days))
    return (found[0], found[1]), left_out


def _budgets(scope: Scope, tree: "_Tree", period: Period, today: date) -> dict[Key, Against]:
    stores = against.by_store(scope, period, today=today)

    def by_day(moved: set[UUID]) -> Mapping[tuple[UUID, date], Against]:
        return against.by_store_day(replace(scope, store_ids=moved), period, today=today)

    return tree.add(stores, by_day, period)


class _Tree:
    """Where each store is in the tree on which day, read once."""

    LATEST: Final = date.max

    def __init__(self, organisation_id: UUID, places: Sequence[Place], *, each_day: bool) -> None:
        self._nodes: dict[UUID, Node] = {each.id: each for each in chains.nodes(organisation_id)}
        self._history = chains.History(chains.placements(organisation_id) if self._nodes else {})
        self._currencies = {each.store.id: each.store.currency for each in places}
        self._each_day = each_day

    def add(
        self,
        by_store: Mapping[UUID, V],
        by_store_day: Callable[[set[UUID]], Mapping[tuple[UUID, date], V]],
        days: Period,
    ) -> dict[Key, V]:
        """Sums of every location and node, and of all. Stores that moved within these days are asked for by the day."""
        moved = {each for each in by_store if self._each_day and self._moved(each, days)}
        until = days.until if self._each_day else self.LATEST
        pieces = [(store, until, value) for store, value in by_store.items() if store not in moved]
        if moved:
            pieces += [(store, day, value) for (store, day), value in by_store_day(moved).items()]
        found: dict[Key, V] = {}
        for store, day, value in pieces:
            for node_id in (store, *self._up(self._history.on(store, day)), None):
                key = node_id, self._currencies[store]
                found[key] = found[key] + value if key in found else value
        return found

    def ordered(self, found: Mapping[Key, object]) -> list[Key]:
        """Nodes in the order of the tree."""
        nodes = [key for key in found if key[0] in self._nodes]
        return sorted(nodes, key=lambda key: (self.path(key[0]), key[1]))

    def path(self, node_id: UUID | None) -> tuple[str, ...]:
        """Names from the top down to a node; none of the whole chain."""
        return tuple(reversed([self._nodes[each].name for each in self._up(node_id)]))

    def _moved(self, store_id: UUID, days: Period) -> bool:
        return len(self._history.during(store_id, days.since, days.until)) > 1

    def _up(self, node_id: UUID | None) -> Iterator[UUID]:
        """A node and those it lies in."""
        while node_id is not None and node_id in self._nodes:
            yield node_id
            node_id = self._nodes[node_id].parent_id
