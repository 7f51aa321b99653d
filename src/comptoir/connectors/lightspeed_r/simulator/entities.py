"""What a resource of the Retail API is: its key, what it is sorted by, its relations and scopes (sheet section 9)."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Many(Enum):
    """Whether a relation leads to one record or to several; it sets the cost (section 7)."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True)
class Relation:
    """`container` is the key of the parent, `entity` what it holds.

    To one: `key` is the parent's foreign key. To many: `key` is the child's, equal to the parent's own id.
    `numbered`: whether the record tells its own key there; a note does on a line and not on an item, as recorded.
    `whole`: whether it tells there what it keeps to itself elsewhere; a discount does on a line (9.15).
    """

    container: str
    entity: str
    key: str
    many: Many = Many.MANY
    numbered: bool = True
    whole: bool = False


@dataclass(frozen=True)
class Entity:
    """One resource. `scopes`: any of them opens it, `employee:all` always does.

    `asked`: what `load_relations` may name here, as its page lists it; `relations` may be more: what other resources
    lead through, and what writes show unasked. `always`: containers that stand in every answer.
    `methods`: those it answers. `removes`: DELETE forgets it instead of archiving it.
    `unset`: fields that are absent as long as they are not set (3.6). `unseen`: fields that can be sorted and filtered
    by, though no answer shows them.
    """

    name: str
    key: str
    sort: tuple[str, ...]
    scopes: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    asked: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset({"GET"})
    removes: bool = False
    unset: frozenset[str] = field(default_factory=frozenset)
    unseen: frozenset[str] = field(default_factory=frozenset)

    def relation(self, container: str) -> Relation | None:
        """The relation under this name."""
        return next((each for each in self.relations if each.container == container), None)


def one(container: str, key: str, entity: str = "", *, numbered: bool = True, whole: bool = False) -> Relation:
    """A relation to one record by the parent's foreign key; it mostly has the record's name."""
    return Relation(container, entity or container, key, Many.ONE, numbered, whole)


VALUE: Final = "value"
"""In `CustomFieldValues.value`: no record of its own, but what stands in the field."""
