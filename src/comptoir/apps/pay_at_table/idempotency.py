"""One answer for one Idempotency-Key, which every POST of a provider carries (pay-at-table.md 3.1)."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest
from ninja.responses import Status

from comptoir.apps.pay_at_table.link_tables import KeptAnswer, ProviderKey
from comptoir.apps.pay_at_table.models import Integration
from comptoir.kernel.errors import RuleBroken

KEPT: Final = timedelta(days=7)
LONGEST: Final = 255


def once(
    request: HttpRequest,
    act: Callable[[], tuple[int, dict[str, Any]]],
    *,
    integration: Integration,
    key: ProviderKey,
    now: datetime,
) -> tuple[Status[Any], bool]:
    """Do `act`, which returns a status and plain JSON, or repeat what it returned; and whether it was a repetition.

    What it raises is not kept.

    It may call the till, so no transaction is open around it; a deed whose answer is lost is told again by its own key.
    Raises RuleBroken `idempotency_key_missing`, `idempotency_key_reused`, `idempotency_in_progress`.
    """
    name = request.headers.get("Idempotency-Key", "")
    if not name:
        raise RuleBroken("Send an Idempotency-Key.", code="idempotency_key_missing", status=422)
    if len(name) > LONGEST or not (name.isascii() and name.isprintable()):
        words = "An Idempotency-Key has 1 to 255 printable characters of ASCII."
        raise RuleBroken(words, code="validation", status=422)
    said = json.dumps([request.method, request.get_full_path()]).encode() + request.body
    asked = hashlib.sha256(said).hexdigest()
    lock = f"table {integration.organisation_id} {key.app_id} {name}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [lock])
        if not cursor.fetchone()[0]:
            words = "The first call with this key is still running."
            raise RuleBroken(words, code="idempotency_in_progress", status=409)
    try:
        mine = {"organisation_id": integration.organisation_id, "key_id": key.app_id, "key": name}
        kept = KeptAnswer.objects.filter(**mine, at__gt=now - KEPT).first()
        if kept is None:
            status, body = act()
            KeptAnswer.objects.filter(**mine).delete()
            KeptAnswer.objects.create(**mine, asked=asked, status=status, body=body, at=now)
            return Status(status, body), False
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lock])
    if kept.asked != asked:
        words = "This key was used for another call."
        raise RuleBroken(words, code="idempotency_key_reused", status=422)
    return Status(kept.status, kept.body), True
