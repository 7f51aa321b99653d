"""What a job is called and which chain it is for can be changed after it was made, and undone (traffic-analytics.md 2).

Its shops go on feeding the same locations, and each location keeps its figures, its id and its history: they are the
location's. Only where it lies in the tree goes along with the job.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import chains, day_lock, jobs, placing
from comptoir.apps.traffic.job_tables import JobBefore
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts import levels, tree
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.tree_tables import Node
from comptoir.core.audit.notes import note
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

KEPT: Final = timedelta(days=1)
"""For so long a change can be undone by its toast."""
MOST_NAMED: Final = 3


@transaction.atomic
def change(
    *, job: ImportJob, label: str, chain_id: UUID | None, always: bool, actor: str, now: datetime
) -> UUID | None:
    """Another label, another chain (None: all locations). Returns the change's id; None where nothing became another.

    The locations that it feeds and that lie in its old chain, or in nothing, lie in the new one then: from today on by
    each one's own clock, or on all days. Raises RuleBroken: `label_taken`, `node_unknown` (404), `location_elsewhere`.
    """
    row = jobs.hold(job)
    if (row.label, row.node_id) == (label, chain_id):
        return None
    moves = [] if chain_id in (row.node_id, None) else _going_along(row, chain_id)
    day_lock.hold({each.id for each in moves})
    change_id, before = _remember(row, now), (row.label, row.node_id)
    _save(row, label, chain_id)
    said: dict[str, Any] = {"organisation_id": row.organisation_id, "actor": actor, "now": now}
    placed = []
    for store in moves:
        lay = placing.rows_of(row.organisation_id, store.id)
        today = business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)
        placing.put(
            organisation_id=row.organisation_id, store_id=store.id, node_id=chain_id, today=today, always=always
        )
        lies = placing.rows_of(row.organisation_id, store.id)
        placed.append([str(store.id), _written(lay), _written(lies)])
        _note_place(store, lay, lies, said)
    JobBefore.objects.filter(organisation_id=row.organisation_id, job_id=row.id).update(placed=placed)
    note(**said, what="traffic.job_changed", subject=label, details=_details(row.organisation_id, before, row, moves))
    job.label, job.node_id = row.label, row.node_id
    return change_id


@transaction.atomic
def undo(*, job: ImportJob, change_id: UUID, actor: str, now: datetime) -> UUID:
    """As it was before a change, unless it was changed again since; returns the id by which this is undone.

    A location that somebody put elsewhere since stays there. Raises RuleBroken: `changed_since`, `label_taken`.
    """
    row = jobs.hold(job)
    mine = {"organisation_id": row.organisation_id, "job_id": row.id}
    found = JobBefore.objects.filter(**mine, id=change_id, at__gte=now - KEPT).first()
    if found is None or not _is_there(row.organisation_id, found):
        words = _("It was changed again since, or a day has passed: change it on its page.")
        raise RuleBroken(words, code="changed_since", status=409)
    again, before = _remember(row, now), (row.label, row.node_id)
    _save(row, found.label, found.node_id)
    said: dict[str, Any] = {"organisation_id": row.organisation_id, "actor": actor, "now": now}
    back: list[Store] = []
    placed = []
    theirs = _placed(row.organisation_id, found)
    day_lock.hold({store.id for store, _lay, _lies in theirs})
    for store, lay, lies in theirs:
        if placing.rows_of(row.organisation_id, store.id) != lies:
            continue
        placing.restore(organisation_id=row.organisation_id, store_id=store.id, rows=lay)
        placed.append([str(store.id), _written(lies), _written(lay)])
        back.append(store)
        _note_place(store, lies, lay, said)
    JobBefore.objects.filter(**mine).update(placed=placed)
    details = _details(row.organisation_id, before, row, back)
    note(**said, what="traffic.job_change_undone", subject=row.label, details=details)
    job.label, job.node_id = row.label, row.node_id
    return again


def chains_of(job: ImportJob, change_id: UUID) -> tuple[UUID | None, ...]:
    """The chains that undoing a change is about: the one it is for now, and the one it would be for again."""
    before = JobBefore.objects.filter(organisation_id=job.organisation_id, job_id=job.id, id=change_id).first()
    return () if before is None or before.node_id == job.node_id else (before.node_id, job.node_id)


def forget_old(*, now: datetime) -> None:
    """What was before is of no use after a day."""
    JobBefore.objects.filter(at__lt=now - KEPT).delete()


def _going_along(job: ImportJob, chain_id: UUID) -> list[Store]:
    """The stores to put into a chain: those that it feeds and that lie in its old one, or in nothing. Others refuse."""
    tree.keep(job.organisation_id, [chain_id])
    is_chain = Node.objects.filter(organisation_id=job.organisation_id, id=chain_id, kind=levels.CHAIN).exists()
    if not is_chain:
        raise RuleBroken(_("There is nothing here under this id."), code="node_unknown", status=404)
    lies_in, inside = chains.placed(job.organisation_id), chains.below(job.organisation_id, chain_id)
    outside = [each for each in jobs.stores_of(job) if lies_in.get(each.id) not in inside]
    old = chains.below(job.organisation_id, job.node_id) if job.node_id else set()
    elsewhere = [each for each in outside if lies_in.get(each.id) is not None and lies_in[each.id] not in old]
    if elsewhere:
        words = _("%(names)s: of another chain. Put what this feeds into the new chain, under Locations, or into none.")
        raise RuleBroken(words % {"names": _named(elsewhere)}, code="location_elsewhere", status=422)
    _must_be_free(job, outside, chain_id)
    return outside


def _must_be_free(job: ImportJob, stores: Sequence[Store], chain_id: UUID) -> None:
    """Raises RuleBroken where another job for another chain feeds one of them as well."""
    wanted = {each.id for each in stores}
    for other in jobs.jobs(job.organisation_id):
        if other.id == job.id or other.node_id in (None, chain_id):
            continue
        if shared := [each for each in jobs.stores_of(other) if each.id in wanted]:
            words = _("%(names)s: fed by %(label)s too, which is for another chain. Change that integration first.")
            said = {"names": _named(shared), "label": other.label}
            raise RuleBroken(words % said, code="location_elsewhere", status=422)


def _remember(job: ImportJob, now: datetime) -> UUID:
    """Before a job is changed, what it is. Whoever asks holds its row."""
    change_id = new_id()
    JobBefore.objects.update_or_create(
        organisation_id=job.organisation_id,
        job_id=job.id,
        defaults={"id": change_id, "label": job.label, "node_id": job.node_id, "placed": [], "at": now},
    )
    return change_id


def _save(job: ImportJob, label: str, chain_id: UUID | None) -> None:
    rows = ImportJob.objects.filter(organisation_id=job.organisation_id, id=job.id)
    try:
        with transaction.atomic():
            rows.update(label=label, node_id=chain_id)
    except IntegrityError:
        raise jobs.label_taken(label) from None
    job.label, job.node_id = label, chain_id


def _is_there(organisation_id: UUID, before: JobBefore) -> bool:
    """Whether the levels it names still stand; they do until the transaction ends."""
    named = {node for _since, node in _all_rows(before) if node is not None}
    named |= {before.node_id} if before.node_id else set()
    known = Node.objects.select_for_update(no_key=True).filter(organisation_id=organisation_id, id__in=named)
    return len(known) == len(named)


def _all_rows(before: JobBefore) -> placing.Rows:
    return [row for _store, lay, _lies in before.placed for row in _read(lay)]


def _placed(organisation_id: UUID, before: JobBefore) -> list[tuple[Store, placing.Rows, placing.Rows]]:
    ids = [UUID(store) for store, _lay, _lies in before.placed]
    known = {each.id: each for each in Store.objects.filter(organisation_id=organisation_id, id__in=ids)}
    return [(known[UUID(store)], _read(lay), _read(lies)) for store, lay, lies in before.placed if UUID(store) in known]


def _written(rows: placing.Rows) -> list[list[str | None]]:
    return [[since.isoformat(), str(node) if node else None] for since, node in rows]


def _read(rows: Sequence[Sequence[str | None]]) -> placing.Rows:
    return [(date.fromisoformat(str(since)), UUID(node) if node else None) for since, node in rows]


def _note_place(store: Store, lay: placing.Rows, lies: placing.Rows, said: dict[str, Any]) -> None:
    """Who was given a level sees the stores in it: where one lies is a matter of rights as well."""
    details = {
        name: ", ".join(tree.names_of(store.organisation_id, [node for _since, node in rows[-1:] if node]))
        for name, rows in (("lay_in", lay), ("lies_in", lies))
    }
    note(**said, what="traffic.location_changed", subject=store.name, details=details)


def _details(
    organisation_id: UUID, before: tuple[str, UUID | None], job: ImportJob, went: Sequence[Store]
) -> dict[str, str]:
    """What became another, and which locations went along."""
    (label, node_id), found = before, dict[str, str]()
    if label != job.label:
        found |= {"label_before": label, "label": job.label}
    if node_id != job.node_id:
        for name, node in (("chain_before", node_id), ("chain", job.node_id)):
            found[name] = ", ".join(tree.names_of(organisation_id, [node] if node else []))
        found["locations"] = ", ".join(each.name for each in went)
    return found


def _named(stores: Sequence[Store]) -> str:
    names = [each.name for each in stores]
    return ", ".join(names[:MOST_NAMED]) + (f" +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else "")
