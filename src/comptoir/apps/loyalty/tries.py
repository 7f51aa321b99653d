"""Limits on how often somebody may try, counted in the database: every process counts together."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

COUNT = """
INSERT INTO loyalty_tries (subject, window_ends_at, number) VALUES (%(subject)s, %(ends)s, 1)
ON CONFLICT (subject) DO UPDATE SET
    number = CASE WHEN loyalty_tries.window_ends_at <= %(now)s THEN 1 ELSE loyalty_tries.number + 1 END,
    window_ends_at = CASE WHEN loyalty_tries.window_ends_at <= %(now)s THEN %(ends)s
                          ELSE loyalty_tries.window_ends_at END
RETURNING number
"""


def count(subject: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """Count one try, outside any transaction that may be undone. Raises RuleBroken (429) beyond the limit."""
    if counted(subject, window=window, now=now) > limit:
        raise RuleBroken(_("Too many tries. Wait a few minutes, then try again."), code="rate_limited", status=429)


def counted(subject: str, *, window: timedelta, now: datetime) -> int:
    """Count one try; how many there were within the window, this one included."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"subject": subject, "now": now, "ends": now + window})
        [number] = cursor.fetchone()
    return int(number)


def prolong(subject: str, *, until: datetime) -> None:
    """The window ends then, not before."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_tries SET window_ends_at = %s WHERE subject = %s", [until, subject])


def forget(subject: str) -> None:
    """Start anew: the one who tried got it right."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM loyalty_tries WHERE subject = %s", [subject])
