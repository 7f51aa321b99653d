"""Who may edit data by hand, and where: by role, or because somebody let them (traffic-analytics.md 1.1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.models import EditRight
from comptoir.core.accounts.roles import Role, may
from comptoir.core.audit.notes import note

BY_ROLE = frozenset({Role.OWNER, Role.SUPERVISOR, Role.HR})
"""Chain & users manager, chain manager and HR may everywhere; regions and stores if they are allowed at their node."""
STAFF_HOURS: Final = "staff_hours"


def may_type(role: Role, kind: str) -> bool:
    """Whether this role may type a figure of this kind where it may edit at all: HR types staff hours only."""
    return role is not Role.HR or kind == STAFF_HOURS


def sees(role: Role, kind: str) -> bool:
    """Whether this role sees figures of this kind: staff is not everybody's."""
    return kind != STAFF_HOURS or may(role, "traffic.staff")


def editable(organisation_id: UUID, *, role: Role, user_id: int, store_ids: Collection[UUID]) -> set[UUID]:
    """The stores among these whose data this person may edit."""
    if role in BY_ROLE:
        return set(store_ids)
    rows = EditRight.objects.filter(organisation_id=organisation_id, user_id=user_id)
    nodes = list(rows.values_list("node_id", flat=True))
    if not nodes:
        return set()
    if None in nodes:
        return set(store_ids)
    reached = {each for node in nodes if node is not None for each in chains.below(organisation_id, node)}
    placed = chains.placed(organisation_id)
    return {each for each in store_ids if placed.get(each) in reached}


def allow(*, organisation_id: UUID, user_id: int, node_id: UUID | None, actor: str, now: datetime) -> None:
    """Let somebody edit at a node and everything in it; without one, everywhere he sees."""
    _row, is_new = EditRight.objects.get_or_create(organisation_id=organisation_id, user_id=user_id, node_id=node_id)
    if is_new:
        _note(organisation_id, user_id, "traffic.edit_allowed", actor, now)


def take_away(*, organisation_id: UUID, user_id: int, actor: str, now: datetime) -> list[UUID | None]:
    """Nobody edits by this right any more; returns the nodes it was for, so that it can be given back."""
    rows = EditRight.objects.filter(organisation_id=organisation_id, user_id=user_id)
    nodes = list(rows.values_list("node_id", flat=True))
    if rows.delete()[0]:
        _note(organisation_id, user_id, "traffic.edit_taken_away", actor, now)
    return nodes


def _note(organisation_id: UUID, user_id: int, what: str, actor: str, now: datetime) -> None:
    note(organisation_id=organisation_id, actor=actor, what=what, subject=f"user:{user_id}", now=now)
