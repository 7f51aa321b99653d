"""Find members: by number, name or address, by what kind of guest they are, by when they came (loyalty.md 1.10).

One query answers: visits are counted from the sales that members collected, and the type follows from the thresholds of
`habits.py`, so a list, its filter and its export can never disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from comptoir.apps.loyalty.members import habits
from comptoir.apps.loyalty.phones import searched_digits
from comptoir.kernel.ids import public_id

PAGE: Final = 50
SORTS: Final = {
    "newest": "enrolled_at DESC",
    "last_visit": "last_visit DESC NULLS LAST",
    "visits": "visits DESC",
    "points": "balance DESC",
    "name": "lower(last_name), lower(first_name)",
}
COLUMNS: Final = (
    "id, phone, first_name, last_name, email, gender, birthday, tags, source, store_id, enrolled_at, paused_at,"
    " sms_consent, email_consent, receives_sms, visits, last_visit, balance, type"
)
# Members with their visits and their points. The type is the first that fits: silent for too long, at least so many
# visits in each of the latest months, seen once since a recent enrolment, anything else.
PEOPLE: Final = """
WITH visits AS (
    SELECT member_id, count(*) AS visits, max(closed_at) AS last_visit, {monthly} AS is_vip
    FROM loyalty_offer WHERE organisation_id = %(organisation)s AND member_id IS NOT NULL GROUP BY member_id
), balances AS (
    SELECT member_id, sum(points) AS balance FROM loyalty_entry WHERE organisation_id = %(organisation)s
    GROUP BY member_id
), people AS (
    SELECT m.*, coalesce(v.visits, 0) AS visits, v.last_visit, coalesce(b.balance, 0) AS balance,
        CASE
            WHEN coalesce(v.last_visit, m.enrolled_at) < %(risk)s THEN 'at_risk'
            WHEN v.is_vip THEN 'vip'
            WHEN m.enrolled_at >= %(new)s AND coalesce(v.visits, 0) <= 1 THEN 'new'
            ELSE 'occasional'
        END AS type
    FROM loyalty_member m LEFT JOIN visits v ON v.member_id = m.id LEFT JOIN balances b ON b.member_id = m.id
    WHERE m.organisation_id = %(organisation)s AND m.erased_at IS NULL AND m.merged_into IS NULL
)
"""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; nothing set is everybody. Ages are in whole years, days are inclusive."""

    search: str = ""
    whole_phone: str = ""
    sees_phones: bool = True
    type: str = ""
    gender: str = ""
    youngest: int | None = None
    oldest: int | None = None
    sms: str = ""
    enrolled_from: date | None = None
    enrolled_to: date | None = None
    visited_from: date | None = None
    visited_to: date | None = None
    tag: str = ""
    source: str = ""
    sort: str = "newest"


@dataclass(frozen=True)
class Person:
    """A member as a list shows it. `phone` is E.164: mask it before it is shown to staff."""

    id: UUID
    phone: str
    first_name: str
    last_name: str
    email: str
    gender: str
    birthday: date | None
    tags: list[str]
    source: str
    store_id: UUID
    enrolled_at: datetime
    paused_at: datetime | None
    sms_consent: bool
    email_consent: bool
    receives_sms: bool
    visits: int
    last_visit: datetime | None
    balance: int
    type: str

    @property
    def public_id(self) -> str:
        """`mem_…`"""
        return public_id("mem", self.id)

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


def find(organisation_id: UUID, wanted: Wanted, *, now: datetime, limit: int = PAGE, offset: int = 0) -> list[Person]:
    """A page of those who fit, in the order asked for."""
    people, conditions, values = _asked(organisation_id, wanted, now)
    order = SORTS.get(wanted.sort, SORTS["newest"])
    values |= {"limit": limit, "offset": offset}
    query = f"{people} SELECT {COLUMNS} FROM people{conditions} ORDER BY {order}, id DESC"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s", values)
        return [Person(*row) for row in cursor.fetchall()]


def every(organisation_id: UUID, wanted: Wanted, *, now: datetime, batch: int = 2000) -> Iterator[Person]:
    """All who fit, some thousands at a time."""
    offset = 0
    while found := find(organisation_id, wanted, now=now, limit=batch, offset=offset):
        yield from found
        offset += batch


def number_of(organisation_id: UUID, wanted: Wanted, *, now: datetime) -> int:
    """How many fit."""
    people, conditions, values = _asked(organisation_id, wanted, now)
    with connection.cursor() as cursor:
        cursor.execute(f"{people} SELECT count(*) FROM people{conditions}", values)  # noqa: S608
        [number] = cursor.fetchone()
    return int(number)


def one(organisation_id: UUID, member_id: UUID, *, now: datetime) -> Person | None:
    """One member with visits and type; None for another organisation's, and for one that was erased or merged."""
    people, _conditions, values = _asked(organisation_id, Wanted(), now)
    with connection.cursor() as cursor:
        cursor.execute(f"{people} SELECT {COLUMNS} FROM people WHERE id = %(id)s", {**values, "id": member_id})  # noqa: S608
        row = cursor.fetchone()
    return Person(*row) if row else None


def choices(organisation_id: UUID) -> tuple[list[str], list[str]]:
    """The tags and the sources there are, for the filters."""
    with connection.cursor() as cursor:
        values = {"organisation": organisation_id}
        cursor.execute(
            "SELECT DISTINCT unnest(tags) FROM loyalty_member WHERE organisation_id = %(organisation)s", values
        )
        tags = sorted(tag for (tag,) in cursor.fetchall())
        cursor.execute(
            "SELECT DISTINCT source FROM loyalty_member WHERE organisation_id = %(organisation)s AND source <> ''",
            values,
        )
        return tags, sorted(source for (source,) in cursor.fetchall())


def inactive(organisation_id: UUID, *, now: datetime, limit: int = PAGE) -> tuple[list[Person], int]:
    """Whose last act lies further back than the retention, the longest silent first; and how many there are.

    A sale collected, an entry written for them, consent given and enrolment are acts; an opened mail is none.
    """
    months = habits.of(organisation_id).retention_months
    people, _conditions, values = _asked(organisation_id, Wanted(), now)
    values |= {"before": now - timedelta(days=round(months * 365.25 / 12)), "limit": limit}
    acts = """greatest(enrolled_at, last_visit,
        (SELECT max(e.created_at) FROM loyalty_entry e WHERE e.organisation_id = %(organisation)s
            AND e.member_id = people.id AND e.kind NOT IN ('expire', 'reversal', 'merge', 'opening')),
        (SELECT max(c.at) FROM loyalty_consent c WHERE c.organisation_id = %(organisation)s
            AND c.member_id = people.id))"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{people} SELECT {COLUMNS}, count(*) OVER () FROM people WHERE {acts} < %(before)s"  # noqa: S608
            f" ORDER BY {acts}, id LIMIT %(limit)s",
            values,
        )
        rows = cursor.fetchall()
    return [Person(*row[:-1]) for row in rows], (rows[0][-1] if rows else 0)


def _asked(organisation_id: UUID, wanted: Wanted, now: datetime) -> tuple[str, str, dict[str, Any]]:
    """The members, the conditions on them, and the values of both."""
    settings = habits.of(organisation_id)
    ticks = habits.months_back(now, settings.new_months)
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "risk": now - timedelta(days=settings.risk_days),
        "new": ticks[-1],
        "vip": settings.vip_visits,
        **{f"tick{number}": at for number, at in enumerate(ticks)},
    }
    monthly = " AND ".join(
        f"count(*) FILTER (WHERE closed_at > %(tick{number + 1})s AND closed_at <= %(tick{number})s) >= %(vip)s"
        for number in range(settings.new_months)
    )
    asked = _conditions(wanted, now, values)
    return PEOPLE.format(monthly=monthly), f" WHERE {' AND '.join(asked)}" if asked else "", values


def _conditions(wanted: Wanted, now: datetime, values: dict[str, Any]) -> list[str]:
    asked: list[str] = []

    def ask(condition: str, **more: Any) -> None:
        asked.append(condition)
        values.update(more)

    if wanted.search:
        _search(wanted, ask)
    for name in ("type", "gender", "source"):
        if chosen := getattr(wanted, name):
            ask(f"{name} = %({name})s", **{name: chosen})
    if wanted.tag:
        ask("%(tag)s = ANY(tags)", tag=wanted.tag)
    if wanted.sms in ("yes", "no"):
        ask("sms_consent = %(sms)s", sms=wanted.sms == "yes")
    if wanted.youngest is not None:
        ask("birthday <= %(born_by)s", born_by=_years_before(now.date(), wanted.youngest))
    if wanted.oldest is not None:
        ask("birthday > %(born_after)s", born_after=_years_before(now.date(), wanted.oldest + 1))
    for column, name in (("enrolled_at", "enrolled"), ("last_visit", "visited")):
        first, last = getattr(wanted, f"{name}_from"), getattr(wanted, f"{name}_to")
        if first:
            ask(f"{column} >= %({name}_from)s", **{f"{name}_from": first})
        if last:
            ask(f"{column} < %({name}_to)s", **{f"{name}_to": last + timedelta(days=1)})
    return asked


def _search(wanted: Wanted, ask: Any) -> None:
    """A part of the name or of the address; of the number its part, or all of it where numbers are masked."""
    digits = searched_digits(wanted.search)
    said = [
        "lower(first_name || ' ' || last_name) LIKE %(like)s",
        "lower(last_name || ' ' || first_name) LIKE %(like)s",
    ]
    more: dict[str, Any] = {"like": f"%{_escaped(wanted.search.lower())}%"}
    if wanted.sees_phones:
        said.append("email LIKE %(like)s")
        if digits:
            said.append("phone LIKE %(digits)s")
            more["digits"] = f"%{digits}%"
    else:
        said.append("email = %(address)s")
        more["address"] = wanted.search.lower()
        if wanted.whole_phone:
            said.append("phone = %(whole)s")
            more["whole"] = wanted.whole_phone
    ask(f"({' OR '.join(said)})", **more)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _years_before(day: date, years: int) -> date:
    """The same day some years ago; for 29 February, 28 February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
