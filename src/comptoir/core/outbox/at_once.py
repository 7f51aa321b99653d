"""A few events handed over in the transaction that made them: whoever waits for them waits for one commit, not two.

Nothing of it leaves a delivery. Where somebody else has the organisation's turn, and when there are so many events that
others would wait too long for what the caller has locked, deliveries are written after all, for `dispatch`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from comptoir.core import prepared
from comptoir.core.installations import modules
from comptoir.core.outbox import aside
from comptoir.core.outbox.dispatch import BETWEEN, POSTPONE_SQL, TRY, Claimed, key, sorted_out, tell
from comptoir.kernel import arrays

MOST: Final = 50
"""Events at most: a sale at a counter comes with few others."""

TURNS_SQL: Final[LiteralString] = f"SELECT organisation_id FROM unnest(%s::uuid[]) AS organisation_id WHERE {TRY}"  # noqa: S608 - all written here
Groups = dict[tuple[UUID, str], list[Claimed]]
"""Events by organisation and app."""


def hand_over(kept: Sequence[Claimed], *, now: datetime) -> None:
    """Tell apps of what was published in hand (`dispatch.in_hand`), or write down that they are to be told.

    Raises whatever an app raises: the caller begins anew without us, and nothing has happened.
    """
    if not kept:
        return
    owners = {each.told["organisation_id"] for each in kept}
    with modules.holding(owners) as off:
        groups, unheeded = sorted_out(kept, off)
        aside.keep([(each.event, app) for each, app in unheeded])
        turns = _turns(owners) if len(kept) <= MOST else set()
        for (owner, app), members in groups.items():
            if owner in turns:
                tell(app, members, now)
    _write_down({whose: members for whose, members in groups.items() if whose[0] not in turns})


def _turns(owners: Collection[UUID]) -> set[UUID]:
    """Those of these organisations whose turn is ours until the transaction ends."""
    with prepared.cursor() as cursor:
        cursor.execute(TURNS_SQL, [arrays.of_ids(sorted(owners))])
        return {owner for (owner,) in cursor.fetchall()}


def _write_down(groups: Groups) -> None:
    """Deliveries, each for all apps that have still to hear of its event."""
    apps: dict[UUID, tuple[Claimed, list[str]]] = {}
    for (_, app), members in groups.items():
        for each in members:
            apps.setdefault(each.told["id"], (each, []))[1].append(app)
    if not apps:
        return
    told = [
        {**key(each), "app": BETWEEN.join(slugs), "attempts": 0, "due_at": each.told["at"], "fault": ""}
        for each, slugs in apps.values()
    ]
    with prepared.cursor() as cursor:
        cursor.execute(POSTPONE_SQL, [msgspec.json.encode(told).decode()])
