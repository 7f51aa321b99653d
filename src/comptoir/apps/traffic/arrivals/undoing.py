"""A change of a place is undone: its name, rhythm, address and login are again what they were, its secret unseen."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic.feed_tables import CountFeed, FeedBefore
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

KEPT: Final = timedelta(days=1)
"""No secret that was replaced stays for longer."""
COLUMNS: Final = ("name", "every", "place", "secret", "trusted", "read_until", "unmatched")


def remember(feed: CountFeed, *, now: datetime) -> UUID:
    """Before a place is changed, what it is; returns the id of the change. Whoever asks holds its row."""
    change_id = new_id()
    FeedBefore.objects.update_or_create(
        organisation_id=feed.organisation_id,
        feed_id=feed.id,
        defaults={name: getattr(feed, name) for name in COLUMNS} | {"id": change_id, "at": now},
    )
    return change_id


def undo(feed: CountFeed, change_id: UUID, *, actor: str, now: datetime) -> UUID:
    """As it was before a change, unless somebody changed it again since; returns the id by which this is undone.

    Each secret goes only where it went before: it comes back with its own address. Raises RuleBroken: `changed_since`,
    `name_taken`.
    """
    mine = {"organisation_id": feed.organisation_id}
    try:
        with transaction.atomic():
            row = CountFeed.objects.select_for_update().get(**mine, id=feed.id)
            before = FeedBefore.objects.filter(**mine, feed_id=feed.id, id=change_id, at__gte=now - KEPT).first()
            if before is None:
                words = _("It was changed again since, or a day has passed: change it on its page.")
                raise RuleBroken(words, code="changed_since", status=409)
            changed = _changed(row, before)
            again = remember(row, now=now)
            for name in COLUMNS:
                setattr(row, name, getattr(before, name))
            row.save(update_fields=COLUMNS)
            note(
                **mine,
                actor=actor,
                what="traffic.feed_change_undone",
                subject=row.name,
                details={"changed": ", ".join(sorted(changed))},
                now=now,
            )
    except IntegrityError:
        words = _("There is one called %(name)s already.") % {"name": before.name if before else feed.name}
        raise RuleBroken(words, code="name_taken") from None
    return again


def _changed(row: CountFeed, before: FeedBefore) -> set[str]:
    """What the record of activity says: names of what is another, as a change says them."""
    names = {"name": "name", "every": "every", "secret": "secret", "trusted": "key"}
    places = {key for key in {*row.place, *before.place} if row.place.get(key) != before.place.get(key)}
    return places | {said for name, said in names.items() if getattr(row, name) != getattr(before, name)}


def forget_old(*, now: datetime) -> None:
    """What was before is of no use after a day."""
    FeedBefore.objects.filter(at__lt=now - KEPT).delete()
