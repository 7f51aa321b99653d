"""Modules: an app is on or off for a store. While it is off, what comes in is kept and nothing is done with it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core import prepared
from comptoir.core.installations import manifest, plans
from comptoir.core.installations.models import Installation
from comptoir.kernel import arrays
from comptoir.kernel.errors import RuleBroken

Switch = tuple[UUID, str]
"""A store and the slug of an app, or of a bundle."""

# Each batch of bills asks these, so without the ORM.
SWITCHES_SQL: Final[LiteralString] = (
    "SELECT store_id, app, enabled, organisation_id, provider FROM installations_installation"
    " WHERE organisation_id = ANY(%s::uuid[])"
)
HOLD_SQL: Final[LiteralString] = f"{SWITCHES_SQL} ORDER BY id FOR SHARE"
RUNNING_SQL: Final[LiteralString] = (
    "SELECT store_id FROM installations_installation WHERE organisation_id = %s AND app = ANY(%s) AND enabled"
)
SEVERAL_SQL: Final[LiteralString] = (
    "SELECT store_id FROM installations_installation WHERE organisation_id = %s AND store_id = ANY(%s::uuid[])"
    " GROUP BY store_id HAVING count(DISTINCT provider) > 1"
)


Row = tuple[UUID, str, bool, UUID, str]
"""Of SWITCHES_SQL."""

_held: ContextVar[dict[UUID, list[Row]]] = ContextVar("what is on, by organisation", default={})  # noqa: B039 - never written


@dataclass(frozen=True)
class Module:
    """One app or bundle at one store; over several points of sale it is still one switch.

    `is_on` says how it is switched, `by_bundle` which bundle that is on has an app that is off work all the same.
    """

    store_id: UUID
    app: str
    is_on: bool
    switched_at: datetime | None
    by_bundle: str = ""


def modules(organisation_id: UUID) -> dict[Switch, Module]:
    """Every app at every store that has a point of sale."""
    found: dict[Switch, Module] = {}
    for row in Installation.objects.filter(organisation_id=organisation_id).order_by("id"):
        before = found.get((row.store_id, row.app))
        is_on = row.enabled or (before is not None and before.is_on)
        found[row.store_id, row.app] = Module(row.store_id, row.app, is_on, row.switched_at)
    on = {switch for switch, module in found.items() if module.is_on}
    for switch in found.keys() - on:
        found[switch] = replace(found[switch], by_bundle=next(iter(_bundles_on(switch, on)), ""))
    return found


def running(organisation_id: UUID, app: str) -> set[UUID]:
    """The stores that have an app on, by itself or as part of a bundle."""
    if (held := _held.get().get(organisation_id)) is not None:
        wanted = {app, *manifest.bundles_of(app)}
        return {store for store, own, is_on, *_rest in held if is_on and own in wanted}
    with prepared.cursor() as cursor:
        cursor.execute(RUNNING_SQL, [organisation_id, [app, *manifest.bundles_of(app)]])
        return {store_id for (store_id,) in cursor.fetchall()}


def with_several_tills(organisation_id: UUID, store_ids: Collection[UUID]) -> set[UUID]:
    """Those of these stores that hear of sales from more than one point of sale."""
    if (held := _held.get().get(organisation_id)) is not None:
        tills = {(store, provider) for store, _app, _is_on, _owner, provider in held}
        return {store for store, number in Counter(store for store, _ in tills).items() if number > 1} & {*store_ids}
    with prepared.cursor() as cursor:
        cursor.execute(SEVERAL_SQL, [organisation_id, list(store_ids)])
        return {store_id for (store_id,) in cursor.fetchall()}


def switched_off(organisation_ids: Collection[UUID], *, app: str = "") -> set[Switch]:
    """The apps that are off. A store without a point of sale has nothing to switch, and nothing that is off."""
    off = _off(_asked(SWITCHES_SQL, organisation_ids))
    return {switch for switch in off if switch[1] == app} if app else off


def held_off(organisation_ids: Collection[UUID]) -> set[Switch]:
    """The same, decided for the rest of the transaction: whoever switches meanwhile waits until it ends."""
    return _off(_asked(HOLD_SQL, organisation_ids))


@contextmanager
def holding(organisation_ids: Collection[UUID]) -> Iterator[set[Switch]]:
    """The same, and whoever asks within it which stores have an app is answered from what is held."""
    rows = _asked(HOLD_SQL, organisation_ids) if organisation_ids else []
    held: dict[UUID, list[Row]] = {organisation_id: [] for organisation_id in organisation_ids}
    for row in rows:
        held[row[3]].append(row)
    before = _held.set(held)
    try:
        yield _off(rows)
    finally:
        _held.reset(before)


def _asked(question: LiteralString, organisation_ids: Collection[UUID]) -> list[Row]:
    with prepared.cursor() as cursor:
        cursor.execute(question, [arrays.of_ids(organisation_ids)])
        return list(cursor.fetchall())


def is_off_everywhere(organisation_id: UUID, app: str) -> bool:
    """Whether no store of the organisation has the app, and at least one has it switched off."""
    mine = Installation.objects.filter(organisation_id=organisation_id, app=app)
    return not running(organisation_id, app) and mine.exists()


def require_on(*, organisation_id: UUID, store_id: UUID, app: str) -> None:
    """Refuse what an app would do for a store that has it switched off. Raises RuleBroken (403 `module_inactive`).

    The answer holds until the caller's transaction ends.
    """
    if (store_id, app) in held_off([organisation_id]):
        raise inactive()


def inactive() -> RuleBroken:
    """The refusal."""
    words = _("This app is switched off for this store. An owner can switch it on under Settings, Modules.")
    return RuleBroken(words, code="module_inactive", status=403)


@transaction.atomic
def switch(*, organisation_id: UUID, store_id: UUID, app: str, on: bool, now: datetime) -> bool:
    """Switch an app or a bundle on or off for a store; whether that changed anything.

    Waits for what the app is in the middle of. Raises RuleBroken: `not_found` (404) where there is nothing to
    switch, `not_in_plan` (403).
    """
    rows = Installation.objects.select_for_update().filter(organisation_id=organisation_id, store_id=store_id, app=app)
    found = list(rows.order_by("id"))
    if on:
        plans.require(organisation_id, app)
    if not found:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    changed = [row.id for row in found if row.enabled != on]
    Installation.objects.filter(id__in=changed).update(enabled=on, switched_at=now)
    return bool(changed)


def _off(known: Sequence[Row]) -> set[Switch]:
    on = {(store, app) for store, app, is_on, *_rest in known if is_on}
    bundles = {bundle.slug for bundle in manifest.bundles()}
    off = {(store, app) for store, app, *_rest in known if app not in bundles} - on
    return {switch for switch in off if not _bundles_on(switch, on)}


def _bundles_on(switch: Switch, on: Collection[Switch]) -> list[str]:
    store, app = switch
    return [bundle for bundle in manifest.bundles_of(app) if (store, bundle) in on]
