"""What guests do on a tablet: collect, undo, wave away. Queued requests may come late and twice (loyalty.md 2.4)."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import claims, phones, showings, tries
from comptoir.apps.loyalty.devices import Screen, Showing, Tablet, TabletClaim
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id

CLAIMS: Final = 40
CLAIMS_WINDOW: Final = timedelta(minutes=10)
UNDO_WITHIN: Final = timedelta(minutes=2)


def claim(*, tablet: Tablet, key: str, offer_id: UUID, phone: str, now: datetime) -> dict[str, Any]:
    """Collect an offer of this tablet's register; the same key hears the same answer, whatever happened since.

    Nothing of what we know about a number is said before it has collected (loyalty.md E30); with the points comes the
    masked number, and two minutes to undo (E28). Raises RuleBroken as `claims.claim`, and `rate_limited` (429).
    """
    if answered := _answered(tablet, key):
        return answered
    tries.count(f"claim {tablet.id}", limit=CLAIMS, window=CLAIMS_WINDOW, now=now)
    with transaction.atomic():
        _take_turns(tablet, key)
        if answered := _answered(tablet, key):
            return answered
        _require_shown(tablet, offer_id)
        made = claims.claim(
            organisation_id=tablet.organisation_id, offer_id=offer_id, phone=phone, actor=actor(tablet), now=now
        )
        answer = {
            "points": made.points,
            "balance": made.balance,
            "who": phones.masked(made.member.phone),
            "is_new": made.is_new_member,
            "undo_until": None if made.is_repeat else (now + UNDO_WITHIN).isoformat(),
        }
        TabletClaim.objects.create(
            organisation_id=tablet.organisation_id,
            tablet_id=tablet.id,
            key=key,
            offer_id=offer_id,
            answer=answer,
            made_at=now,
        )
    return answer


@transaction.atomic
def undo(*, tablet: Tablet, key: str, now: datetime) -> None:
    """Take back what was collected under this key, within two minutes; once more changes nothing (loyalty.md E28).

    Raises RuleBroken: `not_found` (404), `too_late`, `reward_taken` (409).
    """
    rows = TabletClaim.objects.select_for_update().filter(organisation_id=tablet.organisation_id, tablet_id=tablet.id)
    made = rows.filter(key=key).first()
    if made is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if made.undone_at is not None:
        return
    if made.answer.get("spent"):
        raise RuleBroken(_("A reward was taken with these points. The staff can still help."), code="reward_taken")
    if made.answer["undo_until"] is None or now - made.made_at > UNDO_WITHIN:
        raise RuleBroken(_("This can be undone for two minutes only. The staff can still help."), code="too_late")
    claims.undo(
        organisation_id=tablet.organisation_id,
        offer_id=made.offer_id,
        claimed_at=made.made_at,
        actor=actor(tablet),
        now=now,
    )
    made.undone_at = now
    made.save(update_fields=["undone_at"])


@transaction.atomic
def dismiss(*, tablet: Tablet, offer_id: UUID, now: datetime) -> None:
    """The guest does not want to collect: the sale leaves the tablets and waits for the staff."""
    found = Showing.objects.filter(organisation_id=tablet.organisation_id, offer_id=offer_id).first()
    if found is None or found.register_id != tablet.register_id:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    showings.dismissed(found, by=actor(tablet), now=now)


def actor(tablet: Tablet) -> str:
    """Who did it, as entries and offers note it."""
    return f"tablet:{public_id('tbl', tablet.id)}"


def _take_turns(tablet: Tablet, key: str) -> None:
    """Two requests with one key: the second one waits, and finds the answer of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"claim {tablet.id} {key}"])


def _answered(tablet: Tablet, key: str) -> dict[str, Any] | None:
    found = TabletClaim.objects.filter(organisation_id=tablet.organisation_id, tablet_id=tablet.id, key=key).first()
    return None if found is None else {**found.answer, "is_undone": found.undone_at is not None}


def _require_shown(tablet: Tablet, offer_id: UUID) -> None:
    """A tablet collects what was on its screen, or a queue's worth later; nothing else can be named."""
    rows = Showing.objects.filter(organisation_id=tablet.organisation_id, offer_id=offer_id)
    if tablet.register_id is None or not rows.filter(register_id=tablet.register_id).exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if rows.filter(state=Screen.DISMISSED).exists():
        raise RuleBroken(_("This sale was waved away. The staff can still give its points."), code="not_collectable")
