"""Which tablet belongs to which register, and which tablet is which (loyalty.md L8, L9)."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import registers, showings
from comptoir.apps.loyalty.devices import Tablet
from comptoir.apps.loyalty.registers import LIVE_TOPIC
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken

IDENTIFY_FOR: Final = timedelta(seconds=10)
ONLINE_FOR: Final = timedelta(seconds=90)
CHECKS: Final = ("browser", "live", "storage", "camera", "screen")
NEEDED: Final = ("browser", "live", "storage", "screen")
"""A tablet without a camera collects by phone number all the same."""


def tablet(organisation_id: UUID, tablet_id: UUID, *, lock: bool = False) -> Tablet:
    """One tablet that is paired. Raises RuleBroken (404)."""
    rows = Tablet.objects.select_for_update() if lock else Tablet.objects
    found = rows.filter(organisation_id=organisation_id, id=tablet_id, revoked_at=None).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


@transaction.atomic
def link(*, organisation_id: UUID, tablet_id: UUID, register_id: UUID | None, now: datetime) -> Tablet:
    """Show a register's sales on a tablet, from now on; without a register: none.

    Raises RuleBroken: `not_found` (404), `other_store` and `register_passive` (409).
    """
    found = tablet(organisation_id, tablet_id, lock=True)
    if register_id is None:
        found.register_id, found.linked_at = None, None
    else:
        chosen = registers.register(organisation_id, register_id)
        if chosen.store_id != found.store_id:
            raise RuleBroken(_("This register stands in another store."), code="other_store", status=409)
        if chosen.is_passive:
            raise RuleBroken(
                _("This is a passive till: a tablet needs an active one."), code="register_passive", status=409
            )
        found.register_id, found.linked_at = chosen.id, now
    found.unlinked_because = ""
    found.save(update_fields=["register_id", "linked_at", "unlinked_because"])
    showings.tell({found.id})
    notify_live(organisation_id, LIVE_TOPIC)
    return found


@transaction.atomic
def identify(*, organisation_id: UUID, tablet_id: UUID, now: datetime) -> None:
    """A waving hand on this tablet and on no other (loyalty.md E26)."""
    found = tablet(organisation_id, tablet_id, lock=True)
    found.identify_at = now
    found.save(update_fields=["identify_at"])
    showings.tell({found.id}, "identify")
    notify_live(organisation_id, LIVE_TOPIC)


def waves(found: Tablet, *, now: datetime) -> bool:
    """Whether this tablet is asked to show the hand now."""
    return found.identify_at is not None and now - found.identify_at < IDENTIFY_FOR


def heard(found: Tablet, *, said: dict[str, Any], now: datetime) -> None:
    """A tablet says that it is there, what it found when it looked at itself, and whether it waved."""
    before = (is_online(found, now=now), found.checks, found.screen)
    found.last_seen_at = now
    found.version = str(said.get("version", ""))[:40]
    found.screen = str(said.get("screen", ""))[:16]
    checks = said.get("checks")
    if isinstance(checks, dict):
        found.checks = {name: bool(checks[name]) for name in CHECKS if name in checks}
    is_answer = bool(said.get("waved")) and found.identify_at is not None
    if is_answer:
        found.identified_at = now
    found.save(update_fields=["last_seen_at", "version", "screen", "checks", "identified_at"])
    if is_answer or before != (True, found.checks, found.screen):
        notify_live(found.organisation_id, LIVE_TOPIC)


def is_online(found: Tablet, *, now: datetime) -> bool:
    """Heard of within the time of three heartbeats."""
    return found.last_seen_at is not None and now - found.last_seen_at < ONLINE_FOR


def has_passed(found: Tablet) -> bool:
    """Whether it looked at itself and found all that it needs."""
    return all(found.checks.get(name) for name in NEEDED)
