"""The vendor as its documents describe it, written without a look at the client.

Satisfies `pos.hosting.Simulator`: fill in `answer` from the documents alone, then its faults and limits.
"""

from collections.abc import Sequence
from datetime import datetime

from comptoir.pos.hosting import Outgoing, Request, Response


class NewPosSimulator:
    """Knows no request yet."""

    def answer(self, request: Request, *, now: datetime) -> Response:  # noqa: ARG002 (the protocol's)
        """404, until the documents say better."""
        return Response(404)

    def due(self, *, now: datetime) -> Sequence[Outgoing]:  # noqa: ARG002 (the protocol's)
        """Nothing is posted."""
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Nothing is ever sent."""
        raise AssertionError(f"{key} was not given out ({status}, {now})")
