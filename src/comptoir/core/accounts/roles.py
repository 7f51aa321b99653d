"""One table: which role may do what. Apps add their rows with `allow`."""

from enum import StrEnum


class Role(StrEnum):
    """The roles of a member. Whoever runs the installation is no member: see `visits.py`."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    REGIONAL_SUPERVISOR = "regional_supervisor"
    MANAGER = "manager"
    STAFF = "staff"
    VIEWER = "viewer"
    MARKETING = "marketing"  # figures without anything about staff
    HR = "hr"  # times at work by person
    PARTNER = "partner"  # the technical user of a till's maker


EVERYONE = frozenset(Role)
OFFICE = frozenset({Role.OWNER, Role.SUPERVISOR, Role.REGIONAL_SUPERVISOR, Role.MANAGER})
MANAGEMENT = frozenset({Role.OWNER, Role.SUPERVISOR, Role.MANAGER})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "overview.view": EVERYONE,
    "sales.view": OFFICE | {Role.VIEWER},
    "inbox.view": OFFICE,
    "inbox.raw": frozenset({Role.OWNER}),
    "inbox.replay": frozenset({Role.OWNER}),
    "imports.view": MANAGEMENT,
    "imports.run": MANAGEMENT,
    "connections.view": OFFICE,
    "connections.manage": frozenset({Role.OWNER, Role.SUPERVISOR, Role.REGIONAL_SUPERVISOR}),
    "settings.view": OFFICE,
    "modules.view": OFFICE,
    "modules.manage": frozenset({Role.OWNER}),
    "tokens.manage": frozenset({Role.OWNER}),
    "webhooks.manage": frozenset({Role.OWNER}),
    "partners.view": frozenset({Role.OWNER, Role.PARTNER}),
    "partners.manage": frozenset({Role.OWNER}),
    "users.manage": frozenset({Role.OWNER, Role.SUPERVISOR}),
    "visits.manage": frozenset({Role.OWNER}),
    "activity.view": frozenset({Role.OWNER}),
}

NOT_ON_A_VISIT = frozenset({"users.manage"})
"""Whoever runs the installation visits as a supervisor, and yet lets nobody in."""


def allow(permission: str, roles: frozenset[Role]) -> None:
    """Add an app's row. Raises ValueError when the name is taken with other roles."""
    if PERMISSIONS.setdefault(permission, roles) != roles:
        raise ValueError(f"the permission {permission} is already in the table")


def may(role: Role, permission: str) -> bool:
    """Whether a role has a permission; an unknown permission is nobody's."""
    return role in PERMISSIONS.get(permission, frozenset())
