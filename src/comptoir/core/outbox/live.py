"""Tell open pages that something moved; what, they ask themselves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, LiteralString
from uuid import UUID

from comptoir.core import prepared
from comptoir.kernel import arrays

TELL_SQL: Final[LiteralString] = "SELECT pg_notify('comptoir_live', told) FROM unnest(%s::text[]) AS told"

_gathered: ContextVar[dict[str, None] | None] = ContextVar("what pages are to be told", default=None)


def notify_live(audience: UUID | str, topic: str) -> None:
    """Tell the open pages of an organisation, when the transaction commits, that a topic has news.

    An app may have audiences of its own, named without spaces: whoever was given an address for one hears it.
    """
    notify_all([audience], topic)


def notify_all(audiences: Sequence[UUID | str], topic: str) -> None:
    """The same for several, in one statement."""
    told = [f"{audience} {topic}" for audience in audiences]
    kept = _gathered.get()
    if kept is None:
        _tell(told)
    else:
        kept.update(dict.fromkeys(told))


@contextmanager
def gathered() -> Iterator[None]:
    """What is told meanwhile is told in one statement at the end; open it within a transaction.

    What a part that failed has told is told all the same: pages look once in vain.
    """
    told: dict[str, None] = {}
    before = _gathered.set(told)
    try:
        yield
    finally:
        _gathered.reset(before)
    if told:
        _tell(list(told))


def _tell(told: Sequence[str]) -> None:
    with prepared.cursor() as cursor:
        cursor.execute(TELL_SQL, [arrays.of_texts(told)])
