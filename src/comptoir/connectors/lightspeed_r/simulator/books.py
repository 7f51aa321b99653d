"""What the vendor keeps for one account: records by resource and id, in memory; safe to use from several threads."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from comptoir.connectors.lightspeed_r.simulator.resources import FOREIGN, key_of
from comptoir.connectors.lightspeed_r.simulator.wire import Row


class Books:
    """The records of one account."""

    def __init__(self, account_id: int, *, name: str = "Alice’s Books", currency: str = "USD") -> None:
        self.account_id = account_id
        self.name = name
        self.currency = currency
        self.lock = threading.RLock()
        self._rows: defaultdict[str, dict[int, Row]] = defaultdict(dict)
        self._latest: defaultdict[str, int] = defaultdict(int)
        self._children: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
        self._changes = 0

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Several changes that readers see together."""
        with self.lock:
            self._changes += 1
            yield

    @property
    def changes(self) -> int:
        """Grows with every change; what was computed before is stale."""
        return self._changes

    def add(self, entity: str, row: Row) -> Row:
        """Keep a record; without an id it gets the next one. The row is kept as it is."""
        with self.changing():
            key = key_of(entity)
            number = int(row.get(key) or self._latest[entity] + 1)
            made = {key: number, **{name: value for name, value in row.items() if name != key}}
            self._latest[entity] = max(self._latest[entity], number)
            self._rows[entity][number] = made
            for foreign in FOREIGN.get(entity, ()):
                if parent := int(made.get(foreign) or 0):
                    self._children[entity, foreign, parent].append(number)
            return made

    def update(self, entity: str, number: int, **changes: Any) -> Row:
        """Change fields of a record. Raises KeyError."""
        with self.changing():
            row = self._rows[entity][number]
            for foreign in FOREIGN.get(entity, ()):
                if foreign in changes and changes[foreign] != row.get(foreign):
                    if before := int(row.get(foreign) or 0):
                        self._children[entity, foreign, before].remove(number)
                    if after := int(changes[foreign] or 0):
                        self._children[entity, foreign, after].append(number)
            row.update(changes)
            return row

    def remove(self, entity: str, number: int) -> None:
        """Forget a record. Raises KeyError."""
        with self.changing():
            row = self._rows[entity].pop(number)
            for foreign in FOREIGN.get(entity, ()):
                if parent := int(row.get(foreign) or 0):
                    self._children[entity, foreign, parent].remove(number)

    def get(self, entity: str, number: int) -> Row | None:
        """One record, or None."""
        return self._rows[entity].get(number)

    def all(self, entity: str) -> Iterable[Row]:
        """Every record of a resource, archived ones included."""
        return self._rows[entity].values()

    def children(self, entity: str, key: str, parent: int) -> list[Row]:
        """The records that belong to a parent, in the order of their ids."""
        rows = self._rows[entity]
        return [rows[number] for number in sorted(self._children.get((entity, key, parent), ()))]

    def next_id(self, entity: str) -> int:
        """The id that the next record will have."""
        return self._latest[entity] + 1
