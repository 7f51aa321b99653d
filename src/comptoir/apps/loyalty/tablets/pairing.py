"""A browser becomes a tablet of a store by a short-lived code, and stops being one at once (loyalty.md L6, E27)."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import showings, tries
from comptoir.apps.loyalty.devices import PairingCode, Tablet
from comptoir.apps.loyalty.registers import LIVE_TOPIC
from comptoir.core.accounts.models import Store
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret, new_token, token_hash

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is mistaken for something else when read from one screen and typed into another."""

CODE_LENGTH: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=10)
WRONG_CODES: Final = 5


def new_code(*, organisation_id: UUID, store_id: UUID, name: str, actor: str, now: datetime) -> PairingCode:
    """A code for one tablet of this store. Raises RuleBroken (404) for a store of somebody else."""
    if not Store.objects.filter(organisation_id=organisation_id, id=store_id).exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    PairingCode.objects.filter(expires_at__lt=now).delete()
    return PairingCode.objects.create(
        code="".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH)),
        organisation_id=organisation_id,
        store_id=store_id,
        name=name,
        made_by=actor,
        expires_at=now + CODE_LIFETIME,
    )


def open_codes(organisation_id: UUID, *, now: datetime) -> list[PairingCode]:
    """The codes that wait for a tablet, newest first."""
    found = PairingCode.objects.filter(organisation_id=organisation_id, used_at=None, expires_at__gt=now)
    return list(found.order_by("-expires_at", "-pk"))


def pair(*, code: str, address: str, now: datetime) -> tuple[Tablet, Secret]:
    """The tablet behind a code, and the only showing of its token.

    Raises RuleBroken: `rate_limited` (429) after five wrong codes from one address, `code_wrong` (422).
    """
    subject = f"pair {address}"
    tries.count(subject, limit=WRONG_CODES, window=CODE_LIFETIME, now=now)
    clear = new_token("tab_")
    with transaction.atomic():
        tablet = _use(code.strip().upper().replace(" ", ""), clear, now)
    tries.forget(subject)
    return tablet, Secret(clear)


def _use(code: str, clear: str, now: datetime) -> Tablet:
    found = PairingCode.objects.select_for_update().filter(code=code, used_at=None, expires_at__gt=now).first()
    if found is None:
        raise RuleBroken(
            _("This code is not valid, or not any more. Make a new one in Comptoir, under Tablets."),
            code="code_wrong",
            status=422,
        )
    found.used_at = now
    found.save(update_fields=["used_at"])
    tablet = Tablet.objects.create(
        organisation_id=found.organisation_id,
        store_id=found.store_id,
        name=found.name,
        token_hash=token_hash(clear),
        paired_at=now,
        paired_by=found.made_by,
        last_seen_at=now,
    )
    notify_live(found.organisation_id, LIVE_TOPIC)
    return tablet


def tablet_of(clear: str) -> Tablet | None:
    """The tablet with this token; None for one that was revoked or never was."""
    return Tablet.objects.filter(token_hash=token_hash(clear)).first() if clear else None


@transaction.atomic
def revoke(*, organisation_id: UUID, tablet_id: UUID, now: datetime) -> None:
    """The token is dead from here on, and the screen goes blank as soon as it hears of it."""
    found = Tablet.objects.filter(organisation_id=organisation_id, id=tablet_id, revoked_at=None)
    if found.update(token_hash=None, revoked_at=now, register_id=None, linked_at=None):
        showings.tell({tablet_id}, "revoked")
        notify_live(organisation_id, LIVE_TOPIC)
