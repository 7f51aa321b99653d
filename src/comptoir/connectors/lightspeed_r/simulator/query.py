"""What stands behind the question mark: every pair in its order, since a key that comes twice filters twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Query(Mapping[str, str]):
    """Pairs of a query; as a mapping it gives the latest value of a key."""

    pairs: tuple[tuple[str, str], ...]

    def __getitem__(self, key: str) -> str:
        for name, value in reversed(self.pairs):
            if name == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.pairs))

    def __len__(self) -> int:
        return len(dict(self.pairs))

    def without(self, *names: str) -> "Query":
        """The same without these keys."""
        return Query(tuple(pair for pair in self.pairs if pair[0] not in names))

    def also(self, name: str, value: str) -> "Query":
        """With one condition more."""
        return Query((*self.pairs, (name, value)))


def query_of(pairs: Sequence[tuple[str, str]]) -> Query:
    """Pairs as they came."""
    return Query(tuple(pairs))
