"""Send what waits for partners' addresses. A turn claims a few messages, calls with no transaction open, writes down.

Killed in between, the claim runs out and the same messages go out again under the same ids.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction

from comptoir.apps.loyalty.partner_tables import HookMessage, PartnerHook
from comptoir.core.connections.sealing import sealer
from comptoir.core.jobs import engine
from comptoir.kernel import egress

log = structlog.get_logger(__name__)

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (0.2, 1, 5, 15, 30, 60, 120, 240, 480, 510))
"""Together 24 hours; then a message is given up, and can be sent again by hand."""
AT_ONCE: Final = 8
CLAIMED_FOR: Final = timedelta(seconds=60)
KEPT_FOR: Final = timedelta(days=30)


def send_due(*, now: datetime) -> int:
    """One turn; how many were called."""
    with transaction.atomic():
        rows = HookMessage.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at", "pk")
        claimed = list(rows[:AT_ONCE])
        for each in claimed:
            HookMessage.objects.filter(organisation_id=each.organisation_id, id=each.id).update(
                due_at=now + CLAIMED_FOR
            )
    ready = [(each, hook) for each in claimed if (hook := _hook(each)) is not None]
    calls = [_call(each, hook, now) for each, hook in ready]
    outcomes = egress.post_all(calls, egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)) if calls else []
    for (each, _), outcome in zip(ready, outcomes, strict=True):
        _note(each, outcome, now)
    return len(claimed)


def signatures(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Both headers: the public one over body and timestamp without a separator, ours over `timestamp.body`."""
    stamp = str(timestamp).encode()
    theirs = hmac.new(secret.encode(), body + stamp, hashlib.sha256).hexdigest()
    ours = hmac.new(secret.encode(), stamp + b"." + body, hashlib.sha256).hexdigest()
    return {
        "pongo-signature": f"t={timestamp},v1={theirs}",
        "comptoir-signature": f"t={timestamp},v1={ours}",
    }


def _hook(message: HookMessage) -> PartnerHook | None:
    """Where it goes; a message whose address was unsubscribed is let go."""
    found = PartnerHook.objects.filter(organisation_id=message.organisation_id, id=message.hook_id).first()
    if found is None:
        mine = HookMessage.objects.filter(organisation_id=message.organisation_id, id=message.id)
        mine.update(due_at=None, fault="unsubscribed")
    return found


def _call(message: HookMessage, hook: PartnerHook, now: datetime) -> egress.Call:
    body = json.dumps(message.body, separators=(",", ":")).encode()
    secret = sealer().unseal(hook.secret).reveal()
    headers = {"content-type": "application/json", "user-agent": "Comptoir", "webhook-id": message.public_id}
    return egress.Call(hook.url, body, headers | signatures(secret, body, int(now.timestamp())))


def _note(message: HookMessage, outcome: egress.Outcome, now: datetime) -> None:
    status = outcome.answer.status if outcome.answer else None
    number = message.attempts + 1
    is_taken = status is not None and 200 <= status < 300
    due_at = None if is_taken or number > len(WAITS) else now + WAITS[number - 1]
    HookMessage.objects.filter(organisation_id=message.organisation_id, id=message.id).update(
        attempts=number,
        status=status,
        fault=outcome.fault[:500].replace("\0", "�"),
        due_at=due_at,
        sent_at=now if is_taken else None,
    )
    if not is_taken:
        log.warning("partner_hook.failed", message=message.public_id, status=status)


def forget_old(*, now: datetime) -> None:
    """Messages that are over are kept for thirty days."""
    HookMessage.objects.filter(due_at=None, at__lt=now - KEPT_FOR).delete()


@engine.job("loyalty.send_hooks", queue=engine.WEBHOOKS)
def send(**_: str) -> None:
    """What is due, until nothing is."""
    while send_due(now=datetime.now(UTC)) == AT_ONCE:
        pass


@engine.periodic("loyalty.sweep_hooks", cron="* * * * *")
def sweep() -> None:
    """Messages that no job carries, and those whose wait is over."""
    if HookMessage.objects.filter(due_at__lte=datetime.now(UTC)).exists():
        send.enqueue_once()
