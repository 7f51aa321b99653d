"""A write that is asked twice under one key is done once (loyalty.md 3.1): the second hears the first one's answer."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Status

from comptoir.kernel.errors import RuleBroken

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 128
KEPT: Final = timedelta(hours=24)


class Answer(models.Model):
    """What a token was answered under a key; kept for 24 hours."""

    token_id = models.UUIDField()
    key = models.CharField(max_length=LONGEST)
    asked = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token_id", "key"], name="answer_once")]


def once(request: HttpRequest, act: Callable[[], tuple[int, Any]], *, now: datetime) -> Status[Any]:
    """Do `act`, which returns a status and plain JSON values, or repeat what it returned under the same key.

    Deed and answer commit together. Raises RuleBroken: `idempotency_conflict` (409, the key was used for something
    else), `validation` (422, the key is too long), and what `act` raises: a refusal may be tried again.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return Status(*act())
    if len(key) > LONGEST or not key.isprintable():
        raise RuleBroken(_("An Idempotency-Key has 1 to 128 characters."), code="validation", status=422)
    token_id: UUID = request.token.id  # type: ignore[attr-defined]  # put there by Bearer
    said = json.dumps([request.method, request.get_full_path()]).encode() + request.body
    asked = hashlib.sha256(said).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"answer {token_id} {key}"])
        found = Answer.objects.filter(token_id=token_id, key=key, at__gt=now - KEPT).first()
        if found is None:
            status, body = act()
            Answer.objects.update_or_create(
                token_id=token_id, key=key, defaults={"asked": asked, "status": status, "body": body, "at": now}
            )
            return Status(status, body)
    if found.asked != asked:
        raise RuleBroken(_("This Idempotency-Key was used for another request."), code="idempotency_conflict")
    return Status(found.status, found.body)


def forget_old(*, now: datetime) -> None:
    """Answers that nobody can ask for any more; they may hold a person's data."""
    Answer.objects.filter(at__lte=now - KEPT).delete()
