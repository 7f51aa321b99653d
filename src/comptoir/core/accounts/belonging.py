"""Where somebody belongs: what a page has to know before it asks anything else.

One question, and its text stands here: the ORM's making of it took a quarter of a page without figures.
"""

from datetime import datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, models

from comptoir.core.accounts.models import Membership, Organisation


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


OF_MEMBERSHIP: Final = _columns(Membership)
OF_ORGANISATION: Final = _columns(Organisation)
KNOWN: Final = ("stores", "zone", "visited_until", "is_asked")
"""What is added to a membership."""
MINE_SQL: Final = (
    f"SELECT {', '.join(f'm.{each}' for each in OF_MEMBERSHIP)}, {', '.join(f'o.{each}' for each in OF_ORGANISATION)},"  # noqa: S608
    " ARRAY(SELECT r.store_id FROM accounts_memberstore AS r"
    " WHERE r.organisation_id = m.organisation_id AND r.membership_id = m.id ORDER BY 1),"
    " coalesce((SELECT s.timezone FROM accounts_memberstore AS r JOIN accounts_store AS s ON s.id = r.store_id"
    " WHERE r.organisation_id = m.organisation_id AND r.membership_id = m.id ORDER BY r.store_id LIMIT 1),"
    " (SELECT s.timezone FROM accounts_store AS s WHERE s.organisation_id = m.organisation_id ORDER BY s.id LIMIT 1)),"
    " (SELECT v.ends_at FROM accounts_visit AS v WHERE v.organisation_id = m.organisation_id AND v.ended_at IS NULL"
    " AND v.ends_at > %(now)s ORDER BY 1 DESC LIMIT 1),"
    " EXISTS (SELECT 1 FROM accounts_visit AS v WHERE v.organisation_id = m.organisation_id AND v.ended_at IS NULL"
    " AND v.answered_at IS NULL)"
    " FROM accounts_membership AS m JOIN accounts_organisation AS o ON o.id = m.organisation_id"
    " WHERE m.user_id = %(user)s ORDER BY m.id"
)


def memberships(user_id: int, *, now: datetime) -> list[Membership]:
    """The memberships of a person, first one first, with their organisations.

    Each with the `stores` that were given (`reach.visible_stores` reads them), and the `zone` of the first of these,
    else of the organisation's first; and whether support is inside (`visited_until`) or asks to be (`is_asked`).
    """
    with connection.cursor() as cursor:
        cursor.execute(MINE_SQL, {"user": user_id, "now": now})
        return [_membership(row) for row in cursor.fetchall()]


def _membership(row: tuple[Any, ...]) -> Membership:
    ends, begins = len(OF_MEMBERSHIP), len(OF_MEMBERSHIP) + len(OF_ORGANISATION)
    found = Membership.from_db(DEFAULT_DB_ALIAS, OF_MEMBERSHIP, row[:ends])
    found.organisation = Organisation.from_db(DEFAULT_DB_ALIAS, OF_ORGANISATION, row[ends:begins])
    for name, value in zip(KNOWN, row[begins:], strict=True):
        setattr(found, name, value)
    return found
