"""Bring a list of members in, some hundreds in a transaction, and take all of it back.

Nobody is made twice: a number that is known is that member, whose empty fields are filled and nothing else. Points
come as an entry of their own, once for each member however often a list is brought in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.importing import reading
from comptoir.apps.loyalty.importing.reading import Row, Sheet
from comptoir.apps.loyalty.members import consents, guards, leaving, profile
from comptoir.apps.loyalty.members.consents import WORDING, Source
from comptoir.apps.loyalty.models import Entry, Kind, Member, Offer
from comptoir.apps.loyalty.persons import Change, Consent, ImportedMember, ImportState, MemberImport
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken

BATCH: Final = 500
MOST_REPORTED: Final = 500


@dataclass
class Preview:
    """What an import would do."""

    sheet: Sheet
    rows: list[Row] = field(default_factory=list)
    new: int = 0
    known: int = 0
    refused: int = 0
    landlines: int = 0
    points: int = 0
    report: list[dict[str, Any]] = field(default_factory=list)


def draft(
    *, organisation_id: UUID, store_id: UUID, name: str, content: bytes, actor: str, now: datetime
) -> MemberImport:
    """Keep a file to look at. Raises RuleBroken `file_unreadable` (422)."""
    read = reading.sheet(content)
    return MemberImport.objects.create(
        organisation_id=organisation_id,
        store_id=store_id,
        name=name[:120],
        content=content,
        columns=reading.guessed(read.header),
        total=len(read.rows),
        made_at=now,
        made_by=actor,
    )


def preview(held: MemberImport, *, now: datetime) -> Preview:
    """Read all of it and compare it with who is known; nothing is changed."""
    read = reading.sheet(bytes(held.content))
    found = Preview(read)
    rows = _rows(held, read, now)
    for place in range(0, len(rows), BATCH):
        batch = rows[place : place + BATCH]
        fine = [each for each in batch if not each.refusal]
        known = set(_known(held.organisation_id, fine))
        _refuse_erased(held.organisation_id, fine, known, now)
        for each in batch:
            found.rows.append(each)
            found.refused += bool(each.refusal)
            if not each.refusal:
                found.known += each.phone in known
                found.new += each.phone not in known
                found.landlines += not each.receives_sms
                found.points += each.points
            _report(found.report, each)
    return found


@transaction.atomic
def start(*, organisation_id: UUID, import_id: UUID, columns: dict[str, int], now: datetime) -> bool:
    """Begin, with the columns that were chosen; False when it has begun already."""
    held = _locked(organisation_id, import_id)
    if held.state != ImportState.DRAFT:
        return False
    held.columns, held.state = columns, ImportState.RUNNING
    held.save(update_fields=["columns", "state"])
    note(organisation_id=organisation_id, actor=held.made_by, what="loyalty.import", now=now, subject=held.name)
    return True


def run(*, organisation_id: UUID, import_id: UUID, clock: Callable[[], datetime]) -> None:
    """Go on where it stopped until it is done; called again, there is nothing left to do."""
    held = MemberImport.objects.filter(organisation_id=organisation_id, id=import_id).first()
    if held is None:
        return
    if held.state == ImportState.UNDOING:
        _run_back(held, clock)
    if held.state != ImportState.RUNNING:
        return
    now = clock()
    rows = list(_rows(held, reading.sheet(bytes(held.content)), now))
    while True:
        with transaction.atomic():
            held = _locked(organisation_id, import_id)
            if held.state != ImportState.RUNNING:
                return
            batch = rows[held.reached : held.reached + BATCH]
            if batch:
                _bring(held, batch, clock())
                held.reached += len(batch)
            if held.reached >= len(rows):
                # What was in the file is with the members now: the file itself is not kept.
                held.state, held.finished_at, held.content = ImportState.DONE, clock(), b""
            held.save()
            notify_live(organisation_id, "loyalty")
        if held.state == ImportState.DONE:
            return


@transaction.atomic
def undo(*, organisation_id: UUID, import_id: UUID, actor: str, now: datetime) -> bool:
    """Begin to take all of it back; False when there is nothing to take back."""
    held = _locked(organisation_id, import_id)
    if held.state != ImportState.DONE:
        return False
    held.state = ImportState.UNDOING
    held.save(update_fields=["state"])
    note(organisation_id=organisation_id, actor=actor, what="loyalty.import_undone", now=now, subject=held.name)
    return True


@transaction.atomic
def discard(*, organisation_id: UUID, import_id: UUID) -> None:
    """Forget a draft."""
    if (held := _locked(organisation_id, import_id)).state == ImportState.DRAFT:
        held.delete()


def _rows(held: MemberImport, read: Sheet, now: datetime) -> list[Row]:
    country = Store.objects.get(organisation_id=held.organisation_id, id=held.store_id).country
    return list(reading.rows(read, held.columns, country=country, today=now.date()))


def _known(organisation_id: UUID, rows: Sequence[Row]) -> dict[str, Member]:
    found = Member.objects.filter(organisation_id=organisation_id, phone__in=[each.phone for each in rows])
    return {each.phone: each for each in found}


def _refuse_erased(organisation_id: UUID, rows: Sequence[Row], known: Any, now: datetime) -> None:
    """A list from before must not bring back who asked to be forgotten (loyalty.md E45)."""
    fresh = [each for each in rows if each.phone not in known]
    gone = guards.erased(organisation_id, [each.phone for each in fresh], now=now)
    for each in fresh:
        if each.phone in gone:
            each.refusal = "erased"


def _bring(held: MemberImport, batch: Sequence[Row], now: datetime) -> None:
    """One batch, in a few statements whatever its size."""
    fine = [each for each in batch if not each.refusal]
    _refuse_erased(held.organisation_id, fine, _known(held.organisation_id, fine), now)
    fine = [each for each in fine if not each.refusal]
    drafts = {each.phone: _draft(held, each, now) for each in fine}
    Member.objects.bulk_create(
        sorted(drafts.values(), key=lambda member: member.phone), ignore_conflicts=True, batch_size=BATCH
    )
    members = _known(held.organisation_id, fine)
    entries.lock(held.organisation_id, [each.id for each in members.values()])
    brought = _brought(held.organisation_id, [each.id for each in members.values()])
    log: list[ImportedMember] = []
    for each in fine:
        member = members[each.phone]
        is_new = member.id == drafts[each.phone].id
        before, after = ({}, {}) if is_new else _fill(member, each)
        points = each.points if member.id not in brought else 0
        if each.points and not points:
            each.remarks.append("points_brought_before")
        log.append(_logged(held, member, is_new, points, before, after))
    changed = [row for row in log if row.is_new or row.after]
    Change.objects.bulk_create([_change(held, row, now) for row in changed])
    Entry.objects.bulk_create([_entry(held, row, now) for row in log if row.points])
    said = [_consent(held, members[each.phone], one, now) for each in fine for one in each.consents]
    Consent.objects.bulk_create(said)
    consents.refresh(held.organisation_id, {each.member_id for each in said})
    ImportedMember.objects.bulk_create(log, ignore_conflicts=True)
    held.created += sum(row.is_new for row in log)
    held.updated += sum(not row.is_new for row in log)
    held.refused += len(batch) - len(fine)
    for each in batch:
        _report(held.report, each)


def _draft(held: MemberImport, row: Row, now: datetime) -> Member:
    return Member(
        organisation_id=held.organisation_id,
        phone=row.phone,
        store_id=held.store_id,
        enrolled_at=now,
        enrolled_by=held.made_by,
        receives_sms=row.receives_sms,
        **row.fields,
    )


def _fill(member: Member, row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what was empty: a list from elsewhere is older than what people told here."""
    filled = {name: value for name, value in row.fields.items() if value and not getattr(member, name)}
    if not filled:
        return {}, {}
    before = {name: profile.plain(getattr(member, name)) for name in filled}
    for name, value in filled.items():
        setattr(member, name, value)
    member.save(update_fields=list(filled))
    return before, {name: profile.plain(value) for name, value in filled.items()}


def _brought(organisation_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
    """Who has points from an import already."""
    rows = Entry.objects.filter(organisation_id=organisation_id, member_id__in=member_ids, kind=Kind.OPENING)
    sums = rows.values_list("member_id").annotate(points=Sum("points"))
    return {member_id for member_id, points in sums if points}


def _logged(
    held: MemberImport, member: Member, is_new: bool, points: int, before: dict[str, Any], after: dict[str, Any]
) -> ImportedMember:
    return ImportedMember(
        organisation_id=held.organisation_id,
        import_id=held.id,
        member_id=member.id,
        is_new=is_new,
        points=points,
        before=before,
        after=after,
    )


def _change(held: MemberImport, row: ImportedMember, now: datetime) -> Change:
    return Change(
        organisation_id=held.organisation_id,
        member_id=row.member_id,
        at=now,
        actor=held.made_by,
        what="imported",
        before=row.before,
        after=row.after,
    )


def _entry(held: MemberImport, row: ImportedMember, now: datetime, *, back: bool = False) -> Entry:
    return Entry(
        organisation_id=held.organisation_id,
        member_id=row.member_id,
        kind=Kind.OPENING,
        points=-row.points if back else row.points,
        inputs={"import": held.public_id},
        actor=held.made_by,
        created_at=now,
    )


def _consent(held: MemberImport, member: Member, said: reading.Said, now: datetime) -> Consent:
    at = now if said.at is None else min(said.at, now)
    return Consent(
        organisation_id=held.organisation_id,
        member_id=member.id,
        channel=said.channel,
        value=said.value,
        at=at,
        recorded_at=now,
        source=Source.IMPORT,
        actor=held.made_by,
        wording=WORDING,
        context=f"{held.public_id} {held.name}"[:120],
    )


def _run_back(held: MemberImport, clock: Callable[[], datetime]) -> None:
    """New members who did nothing since go; of the others, only what came with the list."""
    rows = ImportedMember.objects.filter(organisation_id=held.organisation_id, import_id=held.id)
    while batch := list(rows.order_by("member_id")[:BATCH]):
        with transaction.atomic():
            now = clock()
            ids = [row.member_id for row in batch]
            entries.lock(held.organisation_id, ids)
            gone = {row.member_id for row in batch if row.is_new} - _alive(held, ids)
            rest = [row for row in batch if row.member_id not in gone]
            rows.filter(member_id__in=ids).delete()
            leaving.remove(held.organisation_id, gone)
            Entry.objects.bulk_create([_entry(held, row, now, back=True) for row in rest if row.points])
            _take_back_words(held, rest, now)
            notify_live(held.organisation_id, "loyalty")
    MemberImport.objects.filter(organisation_id=held.organisation_id, id=held.id).update(
        state=ImportState.UNDONE, finished_at=clock()
    )


def _alive(held: MemberImport, ids: Sequence[UUID]) -> set[UUID]:
    """Those with anything that did not come with this list."""
    mine = {"organisation_id": held.organisation_id, "member_id__in": ids}
    alive = set(Offer.objects.filter(**mine).values_list("member_id", flat=True))
    alive |= set(HeldReward.objects.filter(**mine).values_list("member_id", flat=True))
    alive |= set(Change.objects.filter(**mine).exclude(what="imported").values_list("member_id", flat=True))
    alive |= set(Consent.objects.filter(**mine).exclude(source=Source.IMPORT).values_list("member_id", flat=True))
    alive |= set(Entry.objects.filter(**mine).exclude(kind=Kind.OPENING).values_list("member_id", flat=True))
    others = ImportedMember.objects.filter(**mine).exclude(import_id=held.id)
    return {each for each in alive | set(others.values_list("member_id", flat=True)) if each}


def _take_back_words(held: MemberImport, rest: Sequence[ImportedMember], now: datetime) -> None:
    """Fields that were filled and are unchanged since become empty again; a yes of this list ends."""
    ids = [row.member_id for row in rest]
    known = {each.id: each for each in Member.objects.filter(organisation_id=held.organisation_id, id__in=ids)}
    for row in rest:
        member = known[row.member_id]
        kept = {name: profile.plain(getattr(member, name)) for name in row.before}
        back = {name: value for name, value in row.before.items() if kept[name] == row.after[name]}
        for name, value in back.items():
            setattr(member, name, value)
        if back:
            member.save(update_fields=list(back))
    mine = Consent.objects.filter(organisation_id=held.organisation_id, member_id__in=ids, value=True)
    said = [
        Consent(
            organisation_id=held.organisation_id,
            member_id=row.member_id,
            channel=row.channel,
            value=False,
            at=row.at,
            recorded_at=now,
            source=Source.IMPORT,
            actor=held.made_by,
            wording=WORDING,
            context=row.context,
        )
        for row in mine.filter(source=Source.IMPORT, context__startswith=held.public_id)
    ]
    Consent.objects.bulk_create(said)
    consents.refresh(held.organisation_id, {row.member_id for row in said})


def _report(report: list[dict[str, Any]], row: Row) -> None:
    """What to look at, by row and reason; never what stood there."""
    for reason in [row.refusal] if row.refusal else row.remarks:
        if len(report) < MOST_REPORTED:
            report.append({"row": row.number, "reason": reason, "refused": bool(row.refusal)})


def _locked(organisation_id: UUID, import_id: UUID) -> MemberImport:
    found = MemberImport.objects.select_for_update().filter(organisation_id=organisation_id, id=import_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found
