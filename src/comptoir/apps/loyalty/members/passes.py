"""Passes: the code a guest shows instead of typing a number (loyalty.md 2.4)."""

import re
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Pass
from comptoir.kernel.errors import RuleBroken

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing that is read as something else."""
LENGTH: Final = 16
"""80 bits: nobody guesses one."""
CODE: Final = re.compile(f"P[{ALPHABET}]{{{LENGTH}}}")


def code_in(text: str) -> str:
    """The code of a pass in what was typed or scanned, or nothing: a pass's address counts as its code."""
    said = text.strip().rsplit("/", 1)[-1].upper()
    return said if CODE.fullmatch(said) else ""


def current(organisation_id: UUID, member_id: UUID) -> Pass | None:
    """The pass that holds now."""
    rows = Pass.objects.filter(organisation_id=organisation_id, member_id=member_id, ended_at=None)
    return rows.first()


@transaction.atomic
def issue(*, organisation_id: UUID, member_id: UUID, actor: str, now: datetime, is_new: bool = False) -> Pass:
    """The member's pass; made where there is none. `is_new`: another one, and the one before is worth nothing.

    Raises RuleBroken as `profile.locked`.
    """
    member = profile.locked(organisation_id, member_id)
    held = current(organisation_id, member_id)
    if held is not None and not is_new:
        return held
    if held is not None:
        Pass.objects.filter(organisation_id=organisation_id, code=held.code).update(ended_at=now)
    code = "P" + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    made = Pass.objects.create(
        organisation_id=organisation_id, code=code, member_id=member_id, created_at=now, created_by=actor
    )
    profile.note(member, what="pass_replaced" if held else "pass_issued", actor=actor, now=now)
    return made


def holder(organisation_id: UUID, code: str) -> Member:
    """Whose pass this is; of merged records, the one that is kept. Raises RuleBroken (`pass_unknown`, 404)."""
    held = Pass.objects.filter(organisation_id=organisation_id, code=code, ended_at=None).first()
    member = _kept(organisation_id, held.member_id) if held else None
    if member is None or member.erased_at is not None or not member.phone:
        raise RuleBroken(
            _("This pass is not one of ours, or a newer one took its place."), code="pass_unknown", status=404
        )
    return member


def behind(code: str) -> Pass | None:
    """The pass of a code, of whatever organisation: for the page that its holder keeps."""
    return Pass.objects.filter(code=code, ended_at=None).first()


def _kept(organisation_id: UUID, member_id: UUID) -> Member | None:
    member = Member.objects.filter(organisation_id=organisation_id, id=member_id).first()
    while member is not None and member.merged_into is not None:
        member = Member.objects.filter(organisation_id=organisation_id, id=member.merged_into).first()
    return member
