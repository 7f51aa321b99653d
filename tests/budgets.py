"""Vendors that tests serve are asked as often as they answer: at the polite five calls a second an import of two years
slept for 15 seconds. What holds a call back is tried on the budget itself (`core/test_turns.py`).

R-Series tells its own pace.
"""

from typing import Final

from comptoir.core.connections import access
from comptoir.core.connections.models import Connection
from comptoir.core.connections.turns import SharedTurns

PLENTY: Final = 1000


def shared(connection: Connection, *, calls: int) -> SharedTurns:
    return SharedTurns(connection, calls=calls if connection.provider == "lightspeed_r" else PLENTY)


access.SharedTurns = shared  # type: ignore[assignment,misc]
