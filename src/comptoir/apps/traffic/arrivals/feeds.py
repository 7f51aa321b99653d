"""Places that are looked at for counts: added, changed, switched, deleted. Files and counts that came stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals import folder, undoing
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile, FeedBefore
from comptoir.core.audit.notes import note
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret

MOST: Final = 20
EVERY: Final = (5, 15, 60, 24 * 60)
"""Minutes between two looks; the first is as often as the clock comes round."""
HOURLY: Final = 60
ASKED: Final = frozenset({"axis", "hikvision", "dor"})
"""Kinds that are asked for hours, once an hour unless somebody says otherwise."""
SERVER: Final = frozenset({"host", "port"})
ACCOUNT: Final = frozenset({"url", "user", "serial"})
ADDRESS: Final = frozenset({"host", "port", "url"})
"""Where a secret is sent to."""


def add(
    *,
    organisation_id: UUID,
    kind: str,
    name: str,
    place: Mapping[str, Any],
    secret: str = "",
    word: str = "",
    every: int = 0,
    actor: str,
    now: datetime,
) -> CountFeed:
    """A place to look at from now on. Raises RuleBroken where the name is taken or there are too many, FeedFault."""
    if CountFeed.objects.filter(organisation_id=organisation_id).count() >= MOST:
        raise RuleBroken(_("There are as many as there can be. Delete one first."), code="too_many_feeds")
    try:
        with transaction.atomic():
            feed = CountFeed.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                kind=kind,
                name=name,
                every=every or (HOURLY if kind in ASKED else EVERY[0]),
                place=dict(place),
                secret=sealer().seal(Secret(secret)) if secret else None,
                word=sealer().seal(Secret(word)) if word else None,
                created_at=now,
            )
    except IntegrityError:
        raise _taken(name) from None
    if kind == "folder":
        folder.prepare(feed)
    note(organisation_id=organisation_id, actor=actor, what="traffic.feed_added", subject=name, now=now)
    return feed


@dataclass(frozen=True)
class Said:
    """What somebody says of a place anew. An empty `secret` keeps the one there is; `forgets` the server's key."""

    name: str
    every: int
    place: Mapping[str, Any]
    secret: str = ""
    forgets: bool = False


def change(feed: CountFeed, said: Said, *, actor: str, now: datetime) -> UUID | None:
    """Keep what is said; returns the id by which it is undone, and notes what is another than before, never a secret.

    Another server is met anew, and another device or account is asked for its past. Raises RuleBroken: `name_taken`,
    `secret_missing` for another address without the secret, which else anybody could have sent to a server of his own.
    """
    rows = CountFeed.objects.select_for_update()
    try:
        with transaction.atomic():
            row = rows.get(organisation_id=feed.organisation_id, id=feed.id)
            moved = {name for name in {*row.place, *said.place} if row.place.get(name) != said.place.get(name)}
            if moved & ADDRESS and row.secret and not said.secret:
                words = _("For another address the password has to be typed again.")
                raise RuleBroken(words, code="secret_missing", status=422)
            changed = sorted(moved | {each for each in ("name", "every") if getattr(row, each) != getattr(said, each)})
            if said.secret:
                changed.append("secret")
            change_id = undoing.remember(row, now=now) if changed or said.forgets else None
            row.name, row.every, row.place = said.name, said.every, dict(said.place)
            if said.secret:
                row.secret = sealer().seal(Secret(said.secret))
            if moved & SERVER or said.forgets:
                row.trusted = ""
            if moved & ACCOUNT:
                row.read_until, row.unmatched = None, []
            row.save()
            if change_id is not None:
                note(
                    organisation_id=feed.organisation_id,
                    actor=actor,
                    what="traffic.feed_changed",
                    subject=said.name,
                    details={"changed": ", ".join([*changed, *(["key"] if said.forgets else [])])},
                    now=now,
                )
    except IntegrityError:
        raise _taken(said.name) from None
    return change_id


def feeds(organisation_id: UUID) -> list[CountFeed]:
    """By name."""
    return list(CountFeed.objects.filter(organisation_id=organisation_id).order_by("name"))


def one(organisation_id: UUID, feed_id: UUID) -> CountFeed:
    """Raises RuleBroken (404)."""
    feed = CountFeed.objects.filter(organisation_id=organisation_id, id=feed_id).first()
    if feed is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return feed


def switch(feed: CountFeed, *, is_on: bool, actor: str, now: datetime) -> None:
    """One that is off is not looked at; what lies there meanwhile is taken when it is on again."""
    CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id).update(active=is_on)
    what = "traffic.feed_on" if is_on else "traffic.feed_off"
    note(organisation_id=feed.organisation_id, actor=actor, what=what, subject=feed.name, now=now)


@transaction.atomic
def delete(feed: CountFeed, *, actor: str, now: datetime) -> None:
    """It is looked at no more. Its files are still known: the same content counts once, whoever brings it."""
    CountFeed.objects.filter(organisation_id=feed.organisation_id, id=feed.id).delete()
    FeedBefore.objects.filter(organisation_id=feed.organisation_id, feed_id=feed.id).delete()
    note(organisation_id=feed.organisation_id, actor=actor, what="traffic.feed_deleted", subject=feed.name, now=now)


def latest(feed: CountFeed, *, most: int = 30) -> list[CountFile]:
    """Its files, the latest first; with the latest that could not be read, however much strangers have sent since."""
    rows = CountFile.objects.filter(organisation_id=feed.organisation_id, feed_id=feed.id)
    rows = rows.order_by("-received_at", "name")
    found, unread = list(rows[:most]), rows.filter(state=CountFile.PARKED, is_refused=False).first()
    return found if unread is None or unread in found else [*found, unread]


def _taken(name: str) -> RuleBroken:
    return RuleBroken(_("There is one called %(name)s already.") % {"name": name}, code="name_taken")
