"""Questions about tablets; answers are plain data. Every question names its organisation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comptoir.apps.loyalty import registers
from comptoir.apps.loyalty.devices import Tablet
from comptoir.apps.loyalty.registers import RegisterFacts
from comptoir.apps.loyalty.tablets import linking
from comptoir.core.accounts.models import Store
from comptoir.kernel.ids import public_id

DRIFT_AFTER: Final = timedelta(minutes=30)
DRIFT_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True)
class TabletFacts:
    """A tablet as the owner sees it; `drift` is the register that sends orders instead of the linked one."""

    id: UUID
    store_id: UUID
    store_name: str
    name: str
    register: RegisterFacts | None
    drift: RegisterFacts | None
    unlinked_because: str
    is_online: bool
    last_seen_at: datetime | None
    version: str
    checks: tuple[tuple[str, bool | None], ...]
    has_passed: bool
    identify_at: datetime | None
    identified_at: datetime | None
    paired_at: datetime

    @property
    def public_id(self) -> str:
        """`tbl_…`"""
        return public_id("tbl", self.id)

    @property
    def has_answered(self) -> bool:
        """Whether it waved when it was asked to, the latest time."""
        asked, answered = self.identify_at, self.identified_at
        return asked is not None and answered is not None and answered >= asked


def tablets(organisation_id: UUID, *, now: datetime, tills: Sequence[RegisterFacts] | None = None) -> list[TabletFacts]:
    """Every tablet that is paired, by name; `tills` are all registers, where somebody has read them already."""
    rows = Tablet.objects.filter(organisation_id=organisation_id, revoked_at=None).order_by("name", "id")
    tills = registers.registers(organisation_id, now=now) if tills is None else tills
    by_id = {each.id: each for each in tills}
    rivals: defaultdict[UUID, list[RegisterFacts]] = defaultdict(list)
    for each in tills:
        if not each.tablets and not each.is_passive:
            rivals[each.store_id].append(each)
    stores = dict(Store.objects.filter(organisation_id=organisation_id).values_list("id", "name"))
    return [
        TabletFacts(
            id=row.id,
            store_id=row.store_id,
            store_name=stores[row.store_id],
            name=row.name,
            register=by_id.get(row.register_id) if row.register_id else None,
            drift=_drift(row, by_id.get(row.register_id), rivals, now) if row.register_id else None,
            unlinked_because=row.unlinked_because,
            is_online=linking.is_online(row, now=now),
            last_seen_at=row.last_seen_at,
            version=row.version,
            checks=tuple((name, row.checks.get(name)) for name in linking.CHECKS),
            has_passed=linking.has_passed(row),
            identify_at=row.identify_at,
            identified_at=row.identified_at,
            paired_at=row.paired_at,
        )
        for row in rows
    ]


def tablet(organisation_id: UUID, tablet_id: UUID, *, now: datetime) -> TabletFacts | None:
    """One tablet, or None when this organisation has none of that id that is paired."""
    return next((each for each in tablets(organisation_id, now=now) if each.id == tablet_id), None)


def choices(facts: TabletFacts, organisation_id: UUID, *, now: datetime) -> list[RegisterFacts]:
    """The registers that this tablet may be linked to, the one heard of latest first (loyalty.md L9)."""
    found = registers.registers(organisation_id, now=now)
    return [each for each in found if each.store_id == facts.store_id and not each.is_passive]


def _drift(
    row: Tablet, own: RegisterFacts | None, rivals: Mapping[UUID, Sequence[RegisterFacts]], now: datetime
) -> RegisterFacts | None:
    """Another till of the store, which no tablet has, sends orders while the linked one is silent (E24, E25).

    A till of the same name is taken for its replacement at once, any other after half an hour.
    """
    if own is None or row.linked_at is None:
        return None
    for other in rivals.get(row.store_id, ()):
        is_recent = other.last_seen_at > row.linked_at and now - other.last_seen_at < DRIFT_WITHIN
        silence = other.last_seen_at - own.last_seen_at
        is_same_name = bool(own.name) and other.name == own.name and silence > timedelta()
        if is_recent and (is_same_name or silence >= DRIFT_AFTER):
            return other
    return None
