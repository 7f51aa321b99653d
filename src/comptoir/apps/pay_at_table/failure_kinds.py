"""What a row of the failure table is made of: who goes on, what its button does, who is written to."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

Words = str | Promise


class Kind(StrEnum):
    """Who goes on: Comptoir by itself (A), a person (H), or nobody before the till was read (R)."""

    AUTOMATIC = "A"
    HUMAN = "H"
    READ_FIRST = "R"


class Act(StrEnum):
    """What the first button of its mail and page does."""

    RETRY = "retry"
    RECONNECT = "reconnect"
    CHOOSE_METHOD = "choose_method"
    CHOOSE_CHECK = "choose_check"
    REFUND = "refund"
    ADD_TO_PLAN = "add_to_plan"
    WATCH = "watch"


class Reader(StrEnum):
    """Who is written to."""

    RESTAURANT = "restaurant"
    PROVIDER = "provider"
    OWNERS = "owners"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Failure:
    """One row. `tried` is how often the same is tried by itself after a definite refusal before a person is asked;
    `transient`: it passes, and is tried as long as the business day lasts. `steps` are what a person does, in order."""

    number: str
    code: str
    kind: Kind
    short: Words
    happened: Words
    steps: tuple[Words, ...]
    act: Act = Act.RETRY
    readers: frozenset[Reader] = frozenset({Reader.RESTAURANT})
    tried: int = 0
    transient: bool = False
    counts: bool = True
    """Whether money is missing on the till; a printer that jams is no such thing."""
