"""Bonus rules are added and ended; what a rule gave stays given."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken


@dataclass(frozen=True)
class Terms:
    """What a rule says; see `BonusRule`."""

    kind: BonusKind
    name: str
    points: int = 0
    extra_percent: int = 0
    weekdays: Sequence[int] = ()
    again_after: int = 0
    provider: str = ""
    skus: Sequence[str] = ()


def rules(organisation_id: UUID) -> list[BonusRule]:
    """Every rule there was: those in force first, the latest first."""
    found = BonusRule.objects.filter(organisation_id=organisation_id).order_by("-created_at", "-id")
    return sorted(found, key=lambda rule: rule.ends_at is not None)


@transaction.atomic
def add(*, organisation_id: UUID, terms: Terms, actor: str, now: datetime) -> BonusRule:
    """A rule that counts from now on: for sales closed, and birthdays that are, from now on."""
    said = asdict(terms) | {"weekdays": sorted(set(terms.weekdays)), "skus": list(terms.skus)}
    rule = BonusRule.objects.create(
        organisation_id=organisation_id, starts_at=now, created_at=now, created_by=actor, **said
    )
    _note(rule, "loyalty.bonus_added", actor, now)
    return rule


@transaction.atomic
def end(*, organisation_id: UUID, bonus_id: UUID, actor: str, now: datetime) -> BonusRule:
    """It counts no more. Once more changes nothing. Raises RuleBroken (404)."""
    rule = _locked(organisation_id, bonus_id)
    if rule.ends_at is None:
        rule.ends_at = now
        rule.save(update_fields=["ends_at"])
        _note(rule, "loyalty.bonus_ended", actor, now)
    return rule


@transaction.atomic
def resume(*, organisation_id: UUID, bonus_id: UUID, actor: str, now: datetime) -> BonusRule:
    """As if it had never ended: the end was a mistake. Raises RuleBroken (404)."""
    rule = _locked(organisation_id, bonus_id)
    if rule.ends_at is not None:
        rule.ends_at = None
        rule.save(update_fields=["ends_at"])
        _note(rule, "loyalty.bonus_resumed", actor, now)
    return rule


def _locked(organisation_id: UUID, bonus_id: UUID) -> BonusRule:
    rows = BonusRule.objects.select_for_update().filter(organisation_id=organisation_id, id=bonus_id)
    if (rule := rows.first()) is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return rule


def _note(rule: BonusRule, what: str, actor: str, now: datetime) -> None:
    note(
        organisation_id=rule.organisation_id,
        actor=actor,
        what=what,
        subject=rule.public_id,
        now=now,
        details={"name": rule.name},
    )
