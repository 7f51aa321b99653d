"""Plans: which apps an organisation may switch on at all. Whoever runs the installation decides; owners switch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts import configuration
from comptoir.core.audit.notes import note
from comptoir.core.installations import manifest
from comptoir.core.installations.models import Plan
from comptoir.kernel.errors import RuleBroken

LEFT_OUT: Final = "plan.left_out"
"""The house's own configuration: what a plan leaves out that nobody wrote."""


@dataclass(frozen=True)
class PlanFacts:
    """A plan; `is_own` is False while the organisation has what new ones have."""

    name: str
    left_out: frozenset[str]
    is_own: bool


def plan(organisation_id: UUID) -> PlanFacts:
    """The plan of an organisation."""
    row = Plan.objects.filter(organisation_id=organisation_id).first()
    if row is None:
        return PlanFacts("", of_new_ones(), is_own=False)
    return PlanFacts(row.name, frozenset(row.left_out), is_own=True)


def of_new_ones() -> frozenset[str]:
    """What is left out where nobody wrote a plan."""
    said = configuration.value(LEFT_OUT, [])
    return frozenset(each for each in said if isinstance(each, str)) if isinstance(said, list) else frozenset()


def require(organisation_id: UUID, app: str) -> None:
    """Raises RuleBroken (403 `not_in_plan`) for an app or bundle that the plan leaves out."""
    if app in plan(organisation_id).left_out:
        words = _("Your plan does not include this. Whoever runs this installation can add it.")
        raise RuleBroken(words, code="not_in_plan", status=403)


def known() -> list[manifest.App | manifest.Bundle]:
    """Everything that a plan can include."""
    return [*manifest.apps(), *manifest.bundles()]


@transaction.atomic
def change(*, organisation_id: UUID, name: str, includes: Collection[str], actor: str, now: datetime) -> frozenset[str]:
    """Write a plan; what it newly leaves out, which the caller switches off. Raises RuleBroken (404) for no app."""
    slugs = {each.slug for each in known()}
    if not slugs.issuperset(includes):
        raise RuleBroken(_("There is nothing here under this id."), code="app_unknown", status=404)
    before, after = plan(organisation_id), frozenset(slugs.difference(includes))
    Plan.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={"name": name.strip()[:60], "left_out": sorted(after), "changed_at": now},
    )
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="plan.changed",
        subject=name,
        details={"before": sorted(before.left_out), "left_out": sorted(after)},
        now=now,
    )
    return after
