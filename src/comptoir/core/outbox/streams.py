"""Events beside those of sales: what an app tells programs outside. It says what a message holds, this room sends it.

Sales are the stream without a name. The endpoints of another one hear of one thing (`topic_id`, an installation for
example) and belong to one program outside (`owner_id`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from comptoir.core.outbox.models import Endpoint
from comptoir.kernel.errors import RuleBroken


@dataclass(frozen=True)
class Told:
    """One event, as its deliveries know it."""

    id: UUID
    kind: str
    at: datetime


@dataclass(frozen=True)
class Listener:
    """An endpoint, as far as a stream has to know it."""

    id: UUID
    organisation_id: UUID
    topic_id: UUID
    failing_since: datetime | None
    disabled: str


@dataclass(frozen=True)
class Stream:
    """`data` gives the message of each event by id, `since` what an endpoint may hear again, `waits` the schedule of a
    kind after its first attempt. `troubled` is called once when an endpoint has failed for an hour, and when it is
    paused because a message was given up; inside the transaction that notes it."""

    slug: str
    kinds: frozenset[str]
    data: Callable[[Listener, Collection[UUID]], Mapping[UUID, dict[str, Any]]]
    since: Callable[[Listener, datetime], Sequence[Told]]
    waits: Callable[[str], Sequence[timedelta]]
    troubled: Callable[[Listener, str, datetime], None]


_streams: dict[str, Stream] = {}


def register(stream: Stream) -> None:
    """Make a stream known. Harmless to repeat."""
    _streams[stream.slug] = stream


def listener(endpoint: Endpoint) -> Listener:
    """What its stream is told of an endpoint; those of a stream always have a topic."""
    topic = cast(UUID, endpoint.topic_id)
    return Listener(endpoint.id, endpoint.organisation_id, topic, endpoint.failing_since, endpoint.disabled)


def named(slug: str) -> Stream:
    """The stream of this name. Raises RuleBroken."""
    try:
        return _streams[slug]
    except KeyError:
        raise RuleBroken(f"There is no stream named {slug}.", code="stream_unknown", status=404) from None
