"""Questions to loyalty; answers are plain data. Every question names its organisation."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import QuerySet, Sum

from comptoir.apps.loyalty.devices import Register
from comptoir.apps.loyalty.models import OF_SALES, Entry, Kind, Member, Offer
from comptoir.apps.loyalty.points import Basis, Reason, Rounding, Rule, State
from comptoir.core.accounts.models import Store, User
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money

PAGE: Final = 50
Row = TypeVar("Row", Entry, Offer)


@dataclass(frozen=True)
class OfferFacts:
    """A sale as loyalty sees it. `points` is what it is worth now, claimed or not.

    `is_passive`: it was sold at a passive till, which no tablet stands beside.
    """

    id: UUID
    organisation_id: UUID
    sale_id: UUID
    store_id: UUID
    store_name: str
    external_id: str
    receipt_number: str
    register_name: str
    table_name: str
    closed_at: datetime
    amount: Money
    eligible: Money
    points: int
    state: State
    reason: Reason
    member_id: UUID | None
    claimed_at: datetime | None
    is_passive: bool

    @property
    def public_id(self) -> str:
        """`off_…`"""
        return public_id("off", self.id)

    @property
    def sale_public_id(self) -> str:
        """`sal_…`"""
        return public_id("sal", self.sale_id)


@dataclass(frozen=True)
class MemberFacts:
    """A member with the sum of their entries. `phone` is E.164: mask it before it is shown to staff."""

    id: UUID
    organisation_id: UUID
    phone: str
    enrolled_at: datetime
    store_id: UUID
    balance: int

    @property
    def public_id(self) -> str:
        """`mem_…`"""
        return public_id("mem", self.id)


@dataclass(frozen=True)
class Formula:
    """What the points of an entry were computed from: the amount that earns, the rule, and what was due before."""

    eligible: Money
    total: Money
    rule: Rule
    target: int
    ceiling: int | None = None

    @property
    def rate(self) -> Money:
        """The amount that brings `rule.rate_points` points."""
        return Money(self.rule.rate_minor, self.eligible.currency)

    @property
    def minimum(self) -> Money:
        """The smallest amount that earns."""
        return Money(self.rule.minimum_order, self.eligible.currency)


@dataclass(frozen=True)
class EntryFacts:
    """One entry of the points ledger; `formula` is None for points that no sale's rate brought.

    `bonus` is the name of the rule that gave a bonus.
    """

    id: UUID
    member_id: UUID
    kind: str
    points: int
    sale_id: UUID | None
    store_id: UUID | None
    formula: Formula | None
    bonus: str
    actor: str
    created_at: datetime

    @property
    def public_id(self) -> str:
        """`ent_…`"""
        return public_id("ent", self.id)

    @property
    def sale_public_id(self) -> str | None:
        """`sal_…`, or None."""
        return None if self.sale_id is None else public_id("sal", self.sale_id)


@dataclass(frozen=True)
class Figures:
    """Loyalty at a glance. `given` is what was earned less what was taken back."""

    given: int
    members: int
    waiting: int


def figures(organisation_id: UUID, *, since: datetime, store_ids: Collection[UUID] | None = None) -> Figures:
    """Points given since an instant and sales that wait for a customer, of these stores; and all members."""
    entries = _of_stores(Entry.objects.filter(organisation_id=organisation_id, created_at__gte=since), store_ids)
    open_offers = _of_stores(Offer.objects.filter(organisation_id=organisation_id, state=State.OPEN), store_ids)
    given = entries.filter(kind__in=[*OF_SALES, Kind.BONUS]).aggregate(points=Sum("points"))["points"]
    return Figures(
        given=given or 0,
        members=Member.objects.filter(organisation_id=organisation_id, erased_at=None, merged_into=None).count(),
        waiting=open_offers.count(),
    )


def _of_stores(rows: "QuerySet[Row]", store_ids: Collection[UUID] | None) -> "QuerySet[Row]":
    return rows if store_ids is None else rows.filter(store_id__in=store_ids)


def waiting(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None, limit: int = PAGE) -> list[OfferFacts]:
    """Sales that wait for a customer, the one closed latest first."""
    rows = _of_stores(Offer.objects.filter(organisation_id=organisation_id, state=State.OPEN), store_ids)
    return _offers(rows.order_by("-closed_at", "-id")[:limit])


def offers(
    organisation_id: UUID,
    *,
    state: str = "",
    external_id: str = "",
    store_ids: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[OfferFacts]:
    """Sales in the programme, newest first by our id; `before` is the id of the last one seen."""
    rows = _of_stores(Offer.objects.filter(organisation_id=organisation_id), store_ids)
    if state:
        rows = rows.filter(state=state)
    if external_id:
        rows = rows.filter(external_id=external_id)
    if before:
        rows = rows.filter(id__lt=before)
    return _offers(rows.order_by("-id")[:limit])


def offer(organisation_id: UUID, offer_id: UUID, *, store_ids: Collection[UUID] | None = None) -> OfferFacts | None:
    """One sale in the programme, or None when this organisation, or these stores of it, have none of that id."""
    rows = Offer.objects.filter(organisation_id=organisation_id, id=offer_id)
    return next(iter(_offers(_of_stores(rows, store_ids))), None)


def members(
    organisation_id: UUID,
    *,
    digits: str = "",
    phone: str = "",
    ids: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[MemberFacts]:
    """Members, newest first; `digits` is any part of the number, `phone` all of it (E.164)."""
    rows = Member.objects.filter(organisation_id=organisation_id)
    if digits:
        rows = rows.filter(phone__contains=digits)
    if phone:
        rows = rows.filter(phone=phone)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if before:
        rows = rows.filter(id__lt=before)
    return _members(organisation_id, list(rows.order_by("-id")[:limit]))


def member(organisation_id: UUID, member_id: UUID) -> MemberFacts | None:
    """One member, or None when this organisation has none of that id."""
    return next(iter(members(organisation_id, ids=[member_id])), None)


def history(
    organisation_id: UUID,
    *,
    member_id: UUID | None = None,
    store_ids: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[EntryFacts]:
    """Entries of one member, or of all, newest first; `before` is the id of the last one seen."""
    rows = _of_stores(Entry.objects.filter(organisation_id=organisation_id), store_ids)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    if before:
        rows = rows.filter(id__lt=before)
    return [_entry(row) for row in rows.order_by("-id")[:limit]]


def names_of(organisation_id: UUID, actors: Iterable[str]) -> dict[str, str]:
    """The people behind `user:…` actors, as far as they belong to this organisation."""
    wanted = {actor: actor.removeprefix("user:") for actor in actors if actor.startswith("user:")}
    users = User.objects.filter(membership__organisation_id=organisation_id, id__in=set(wanted.values()))
    names = {str(user.pk): str(user) for user in users}
    return {actor: names[key] for actor, key in wanted.items() if key in names}


def _offers(rows: Any) -> list[OfferFacts]:
    found: list[Offer] = list(rows)
    stores = dict(Store.objects.filter(id__in={row.store_id for row in found}).values_list("id", "name"))
    tills = Register.objects.filter(organisation_id__in={row.organisation_id for row in found}, is_passive=True)
    passive = set(tills.values_list("organisation_id", "provider", "location_id", "device_id")) if found else set()
    return [
        OfferFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            sale_id=row.sale_id,
            store_id=row.store_id,
            store_name=stores.get(row.store_id, ""),
            external_id=row.external_id,
            receipt_number=row.receipt_number,
            register_name=row.register_name,
            table_name=row.table_name,
            closed_at=row.closed_at,
            amount=row.amount,
            eligible=Money(row.eligible, row.currency),
            points=row.points,
            state=State(row.state),
            reason=Reason(row.reason),
            member_id=row.member_id,
            claimed_at=row.claimed_at,
            is_passive=(row.organisation_id, row.provider, row.location_id, row.register_id) in passive,
        )
        for row in found
    ]


def _members(organisation_id: UUID, found: list[Member]) -> list[MemberFacts]:
    """One query for the balances of all of them."""
    entries = Entry.objects.filter(organisation_id=organisation_id, member_id__in=[row.id for row in found])
    balances = dict(entries.values_list("member_id").annotate(points=Sum("points")))
    return [
        MemberFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            phone=row.phone,
            enrolled_at=row.enrolled_at,
            store_id=row.store_id,
            balance=balances.get(row.id, 0),
        )
        for row in found
    ]


def _entry(row: Entry) -> EntryFacts:
    return EntryFacts(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        points=row.points,
        sale_id=row.sale_id,
        store_id=row.store_id,
        formula=_formula(row),
        bonus=row.inputs.get("bonus", ""),
        actor=row.actor,
        created_at=row.created_at,
    )


def _formula(row: Entry) -> Formula | None:
    if row.eligible is None or row.programme_version is None:
        return None
    said = row.inputs
    rule = Rule(
        version=row.programme_version,
        rate_points=said["rate_points"],
        rate_minor=said["rate_minor"],
        minimum_order=said["minimum_order"],
        rounding=Rounding(said["rounding"]),
        basis=Basis(said.get("basis", Basis.WITH_TAX)),
        most_per_sale=said.get("most_per_sale"),
    )
    return Formula(
        eligible=Money(row.eligible, row.currency),
        total=Money(said["total"], row.currency),
        rule=rule,
        target=said["target"],
        ceiling=said.get("ceiling"),
    )
