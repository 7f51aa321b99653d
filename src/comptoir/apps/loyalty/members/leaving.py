"""A person leaves: for a while, as a person, or with every figure (loyalty.md 1.9, E45)."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.devices import Showing, TabletClaim
from comptoir.apps.loyalty.holdings import Alert, Held, HeldReward
from comptoir.apps.loyalty.members import guards, profile
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.partner_tables import MemberAttribute, PaymentHash
from comptoir.apps.loyalty.persons import Change, Consent, ImportedMember, Merge, Pass
from comptoir.core.audit.notes import note
from comptoir.core.intake import erasing
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken


@transaction.atomic
def pause(*, organisation_id: UUID, member_id: UUID, actor: str, now: datetime) -> None:
    """Stop collecting and advertising; points stay. Twice changes nothing."""
    member = profile.locked(organisation_id, member_id)
    if member.paused_at is None:
        member.paused_at = now
        member.save(update_fields=["paused_at"])
        profile.note(member, what="paused", actor=actor, now=now)
        notify_live(organisation_id, "loyalty")


@transaction.atomic
def resume(*, organisation_id: UUID, member_id: UUID, actor: str, now: datetime) -> None:
    """Go on where the member was. Twice changes nothing."""
    member = profile.locked(organisation_id, member_id)
    if member.paused_at is not None:
        member.paused_at = None
        member.save(update_fields=["paused_at"])
        profile.note(member, what="resumed", actor=actor, now=now)
        notify_live(organisation_id, "loyalty")


def unused_rewards(organisation_id: UUID, member_id: UUID, *, now: datetime) -> list[HeldReward]:
    """What was bought and can still be used: told to the staff before it is lost."""
    rows = HeldReward.objects.filter(organisation_id=organisation_id, member_id=member_id, state=Held.AVAILABLE)
    return list(rows.filter(valid_until__gt=now).order_by("bought_at", "pk"))


@transaction.atomic
def anonymise(*, organisation_id: UUID, member_id: UUID, actor: str, now: datetime) -> None:
    """Take away who it was; what was earned and spent stays with a member without a name. Never undone.

    Records that were merged into this one go with it. Raises RuleBroken as `profile.locked`.
    """
    member = profile.locked(organisation_id, member_id)
    ids = {member_id, *_absorbed(organisation_id, member_id)}
    _remember(organisation_id, ids, now)
    Merge.objects.filter(organisation_id=organisation_id, kept_id__in=ids).update(kept_phone="", absorbed_phone="")
    for row in Change.objects.filter(organisation_id=organisation_id, member_id__in=ids):
        row.before, row.after = dict.fromkeys(row.before), dict.fromkeys(row.after)
        row.save(update_fields=["before", "after"])
    ImportedMember.objects.filter(organisation_id=organisation_id, member_id__in=ids).update(before={}, after={})
    _forget_answers(organisation_id, ids)
    Pass.objects.filter(organisation_id=organisation_id, member_id__in=ids).delete()
    MemberAttribute.objects.filter(organisation_id=organisation_id, member_id__in=ids).delete()
    PaymentHash.objects.filter(organisation_id=organisation_id, member_id__in=ids).delete()
    Member.objects.filter(organisation_id=organisation_id, id__in=ids).update(
        phone="",
        email="",
        first_name="",
        last_name="",
        gender="",
        birthday=None,
        tags=[],
        source="",
        note="",
        pin="",
        sms_consent=False,
        email_consent=False,
        paused_at=None,
        erased_at=now,
    )
    profile.note(member, what="anonymised", actor=actor, now=now)
    note(organisation_id=organisation_id, actor=actor, what="member.anonymised", now=now, subject=member.public_id)
    notify_live(organisation_id, "loyalty")


@transaction.atomic
def delete(*, organisation_id: UUID, member_id: UUID, actor: str, now: datetime) -> None:
    """Remove a person with every figure: entries, consents, rewards, claims. The sales stay, as nobody's.

    Raises RuleBroken (404). An erased member can be deleted too.
    """
    entries.lock(organisation_id, [member_id])
    if not Member.objects.filter(organisation_id=organisation_id, id=member_id).exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    ids = {member_id, *_absorbed(organisation_id, member_id)}
    _remember(organisation_id, ids, now)
    _forget_answers(organisation_id, ids)
    remove(organisation_id, ids)
    note(organisation_id=organisation_id, actor=actor, what="member.deleted", now=now)
    notify_live(organisation_id, "loyalty")


def remove(organisation_id: UUID, ids: set[UUID]) -> None:
    """Take every row of these members away, in the caller's transaction; nothing of them is remembered here."""
    mine = {"organisation_id": organisation_id, "member_id__in": ids}
    held = list(HeldReward.objects.filter(**mine).values_list("id", flat=True))
    offer_ids = list(Offer.objects.filter(**mine).values_list("id", flat=True))
    Alert.objects.filter(Q(held_id__in=held) | Q(member_id__in=ids), organisation_id=organisation_id).delete()
    HeldReward.objects.filter(**mine).delete()
    Showing.objects.filter(organisation_id=organisation_id, offer_id__in=offer_ids).delete()
    Merge.objects.filter(Q(kept_id__in=ids) | Q(absorbed_id__in=ids), organisation_id=organisation_id).delete()
    ImportedMember.objects.filter(**mine).delete()
    Change.objects.filter(**mine).delete()
    Pass.objects.filter(**mine).delete()
    MemberAttribute.objects.filter(**mine).delete()
    PaymentHash.objects.filter(**mine).delete()
    for each in ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('comptoir.deleted_member', %s, true)", [str(each)])
        Entry.objects.filter(organisation_id=organisation_id, member_id=each).delete()
        Consent.objects.filter(organisation_id=organisation_id, member_id=each).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('comptoir.deleted_member', '', true)")
    Offer.objects.filter(**mine).delete()
    Member.objects.filter(organisation_id=organisation_id, id__in=ids).delete()


def _absorbed(organisation_id: UUID, member_id: UUID) -> set[UUID]:
    """The records that became this one, and those that had become them."""
    found: set[UUID] = set()
    layer = {member_id}
    while layer:
        rows = Member.objects.filter(organisation_id=organisation_id, merged_into__in=layer)
        layer = set(rows.values_list("id", flat=True)) - found
        found |= layer
    return found


def _remember(organisation_id: UUID, ids: set[UUID], now: datetime) -> None:
    """The numbers they have and had, as hashes; what came in about them is blacked out."""
    rows = Member.objects.filter(organisation_id=organisation_id, id__in=ids)
    numbers = set(rows.values_list("phone", flat=True))
    mails = set(rows.values_list("email", flat=True)) - {""}
    for kept, absorbed in Merge.objects.filter(organisation_id=organisation_id, kept_id__in=ids).values_list(
        "kept_phone", "absorbed_phone"
    ):
        numbers |= {kept, absorbed}
    for number in sorted(numbers - {""}):
        guards.remember_erased(organisation_id, number, now=now)
    erasing.ask(organisation_id=organisation_id, phones=numbers - {""}, mails=mails, now=now)


def _forget_answers(organisation_id: UUID, ids: set[UUID]) -> None:
    """What tablets heard of them, masked numbers included."""
    offer_ids = Offer.objects.filter(organisation_id=organisation_id, member_id__in=ids).values_list("id", flat=True)
    for row in TabletClaim.objects.filter(organisation_id=organisation_id, offer_id__in=list(offer_ids)):
        row.answer = {**row.answer, "who": ""}
        row.save(update_fields=["answer"])
