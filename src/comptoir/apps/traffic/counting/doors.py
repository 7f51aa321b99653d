"""Doors for counts: signed after Standard Webhooks, each message once, however often it is sent.

A sender signs `<webhook-id>.<webhook-timestamp>.<body>` with the secret of its door. Whoever has no secret, or replays
an old message, changes nothing.
"""

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from comptoir.apps.traffic.door_tables import CountDoor, DoorMessage
from comptoir.core.audit.notes import note
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret

MOST: Final = 20
TOLERANCE: Final = timedelta(minutes=5)
"""As the standard has it: a clock may be so far off, and a message that was caught is of no use later."""
BOTH_SECRETS_FOR: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=2)
"""Ids of messages: longer than any of them could be sent again."""
LONGEST_ID: Final = 256
HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


def add(*, organisation_id: UUID, name: str, actor: str, now: datetime) -> tuple[CountDoor, Secret]:
    """A door and its secret, which is shown once. Raises RuleBroken where the name is taken, or there are too many."""
    if CountDoor.objects.filter(organisation_id=organisation_id).count() >= MOST:
        raise RuleBroken(_("There are as many as there can be. Delete one first."), code="too_many_webhooks")
    secret = _new_secret()
    try:
        with transaction.atomic():
            door = CountDoor.objects.create(
                organisation_id=organisation_id, id=new_id(), name=name, secret=sealer().seal(secret), created_at=now
            )
    except IntegrityError:
        raise RuleBroken(_("There is one called %(name)s already.") % {"name": name}, code="name_taken") from None
    note(organisation_id=organisation_id, actor=actor, what="traffic.door_added", subject=name, now=now)
    return door, secret


@transaction.atomic
def rotate(*, organisation_id: UUID, door_id: UUID, actor: str, now: datetime) -> tuple[CountDoor, Secret]:
    """A new secret; for 24 hours what is signed with the old one is taken too. Raises RuleBroken (404)."""
    door = _locked(organisation_id, door_id)
    secret = _new_secret()
    door.previous_secret, door.previous_until = door.secret, now + BOTH_SECRETS_FOR
    door.secret = sealer().seal(secret)
    door.save()
    note(organisation_id=organisation_id, actor=actor, what="traffic.door_rotated", subject=door.name, now=now)
    return door, secret


@transaction.atomic
def delete(*, organisation_id: UUID, door_id: UUID, actor: str, now: datetime) -> None:
    """Nothing is taken there any more; counts stay. Raises RuleBroken (404)."""
    door = _locked(organisation_id, door_id)
    DoorMessage.objects.filter(organisation_id=organisation_id, door_id=door_id).delete()
    CountDoor.objects.filter(organisation_id=organisation_id, id=door_id).delete()
    note(organisation_id=organisation_id, actor=actor, what="traffic.door_deleted", subject=door.name, now=now)


def doors(organisation_id: UUID) -> list[CountDoor]:
    """By name."""
    return list(CountDoor.objects.filter(organisation_id=organisation_id).order_by("name"))


def open_with(door_id: UUID, headers: Mapping[str, str], body: bytes, *, now: datetime) -> tuple[CountDoor, str]:
    """The door a signed message came to, and the message's id. Raises RuleBroken: 404 for no door, 401 otherwise."""
    door = CountDoor.objects.filter(id=door_id).first()
    if door is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    message_id, timestamp, said = (headers.get(name, "") for name in HEADERS)
    if not (message_id and timestamp and said):
        raise RuleBroken(
            "Sign the message: webhook-id, webhook-timestamp and webhook-signature are needed.",
            code="signature_missing",
            status=401,
        )
    at = _instant(timestamp)
    if at is None or abs(now - at) > TOLERANCE:
        raise RuleBroken(
            "The message was signed more than 5 minutes ago, or ahead of our clock: set the sender's clock, sign anew.",
            code="timestamp_stale",
            status=401,
        )
    if len(message_id) > LONGEST_ID or not _is_signed(door, message_id, at, body, said, now):
        raise RuleBroken(
            "The signature is not of this door's secret, or the body was changed on its way.",
            code="signature_invalid",
            status=401,
        )
    return door, message_id


@transaction.atomic
def once(
    door: CountDoor, message_id: str, take: Callable[[], dict[str, Any]], *, now: datetime
) -> tuple[dict[str, Any], bool]:
    """What `take` answers, and whether it was asked now; the same message again gets the answer it got first.

    Two copies at one time wait for each other, and a message that fails leaves no trace: it may be sent again.
    """
    key = {"organisation_id": door.organisation_id, "door_id": door.id, "message_id": message_id}
    row, is_new = DoorMessage.objects.get_or_create(**key, defaults={"received_at": now})
    if not is_new:
        return row.answer, False
    row.answer = take()
    row.save()
    CountDoor.objects.filter(organisation_id=door.organisation_id, id=door.id).update(heard_at=now)
    return row.answer, True


def forget_old(*, now: datetime) -> None:
    """Messages too old to be sent again."""
    DoorMessage.objects.filter(received_at__lt=now - KEPT).delete()


def _is_signed(door: CountDoor, message_id: str, at: datetime, body: bytes, said: str, now: datetime) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    known = [door.secret]
    if door.previous_secret and door.previous_until and door.previous_until > now:
        known.append(door.previous_secret)
    right = [Webhook(sealer().unseal(each).reveal()).sign(message_id, at, text).encode() for each in known]
    given = [each.encode() for each in said.split(" ")]
    return any(hmac.compare_digest(one, other) for one in right for other in given)


def _instant(timestamp: str) -> datetime | None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return None
    return datetime.fromtimestamp(int(timestamp), tz=UTC)


def _locked(organisation_id: UUID, door_id: UUID) -> CountDoor:
    door = CountDoor.objects.select_for_update().filter(organisation_id=organisation_id, id=door_id).first()
    if door is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return door


def _new_secret() -> Secret:
    return Secret("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
