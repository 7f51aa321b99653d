"""A client's settings, departments and fields are made and changed (weekly-balance.md 3.2 to 3.4)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import sources
from comptoir.apps.weekly_balance.models import Client, Day, Department, Field, Register
from comptoir.apps.weekly_balance.rules.days import Clock
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, FieldType
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.errors import RuleBroken

NEAR: Final = 3
LONGEST_NUMBER: Final = 12
LONGEST_NAME: Final = 80
USUAL: Final = (
    ("5266", "Gross sales", FieldType.GROSS_SALES),
    ("5267", "Net sales", FieldType.NET_SALES),
    ("5268", "Discounts", FieldType.DISCOUNTS),
    ("5269", "Returns", FieldType.RETURNS),
    ("5270", "Transactions", FieldType.TRANSACTIONS),
    ("5271", "Number of goods sold", FieldType.GOODS_SOLD),
    ("5272", "Number of returned goods", FieldType.GOODS_RETURNED),
    ("5273", "Visitors", FieldType.VISITORS),
    ("5274", "Hours worked", FieldType.HOURS),
    ("5275", "Wage cost", FieldType.WAGE_COST),
)
"""The fields that a new client begins with, unmapped: each becomes what its name says with one choice."""


def client_of(organisation_id: UUID, *, now: datetime) -> Client:
    """The settings of an organisation, made with its fields on first sight."""
    found = Client.objects.filter(organisation_id=organisation_id).first()
    if found is not None:
        return found
    with transaction.atomic():
        found, created = Client.objects.get_or_create(organisation_id=organisation_id, defaults={"updated_at": now})
        if created:
            Field.objects.bulk_create(
                Field(organisation_id=organisation_id, number=number, name=name, created_at=now)
                for number, name, _kind in USUAL
            )
    return found


@transaction.atomic
def change(*, organisation_id: UUID, values: dict[str, Any], actor: str, now: datetime) -> Client:
    """Save settings, all or nothing. Raises RuleBroken: POS import needs several cash registers (WB-01)."""
    client_of(organisation_id, now=now)
    client = Client.objects.select_for_update().get(organisation_id=organisation_id)
    before = {name: getattr(client, name) for name in values}
    for name, value in values.items():
        setattr(client, name, value)
    if client.pos_import and not client.multi_cash_registers:
        raise RuleBroken(
            _("POS import needs “multi cash registers”. Turn both on."), code="multi_cash_registers_off", status=422
        )
    client.updated_at = now
    client.save()
    moved = {
        name: value if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if before[name] != value
    }
    if moved:
        note(organisation_id=organisation_id, actor=actor, what="balance.settings", now=now, details=moved)
    return client


@transaction.atomic
def save_department(
    *,
    store: Store,
    name: str,
    client_number: str,
    terminals: Sequence[str],
    actor: str,
    now: datetime,
    department_id: UUID | None = None,
    zone: str = "",
    day_start: time | None = None,
    closed_weekdays: Sequence[int] = (),
    since: date | None = None,
) -> Department:
    """Make or change a department. Another zone or start of day applies from the business date `since`, without one
    from the next day on. Raises RuleBroken for a register that another one has, naming it (WB-04).
    """
    organisation_id = store.organisation_id
    client_of(organisation_id, now=now)
    Client.objects.select_for_update().get(organisation_id=organisation_id)  # departments are saved in turns
    found = None
    if department_id is not None:
        found = Department.objects.filter(organisation_id=organisation_id, id=department_id).first()
        if found is None:
            raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    department = found or Department(organisation_id=organisation_id, created_at=now)
    department.store_id, department.name, department.currency = store.id, name.strip(), store.currency
    department.client_number, department.terminals = client_number.strip(), _numbers(terminals)
    clock = (_zone(zone or store.timezone), day_start or store.day_start)
    if found is not None:
        found.former_clocks = _former_clocks(found, clock, since, now)
    department.zone, department.day_start = clock
    department.closed_weekdays = sorted(set(closed_weekdays))
    _refuse_unknown_number(department)
    _refuse_overlap(department)
    try:
        with transaction.atomic():
            department.save(force_insert=found is None)
    except IntegrityError as error:
        raise RuleBroken(
            _("There is a department named %(name)s already.") % {"name": department.name},
            code="department_name",
            status=422,
        ) from error
    _claim_registers(department)
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="balance.department",
        subject=department.name,
        now=now,
        details={"client_number": department.client_number, "terminals": department.terminals},
    )
    return department


def _numbers(typed: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in typed if each.strip()))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RuleBroken(
            _("There is no time zone named %(name)s.") % {"name": name}, code="zone_unknown", status=422
        ) from error
    return name


def client_numbers(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> dict[str, str]:
    """The POS client numbers that connected tills know, with the names of their places (3.3)."""
    rows = LocationLink.objects.filter(organisation_id=organisation_id, store_id__isnull=False)
    mine = rows if store_ids is None else rows.filter(store_id__in=store_ids)
    return dict(mine.order_by("name", "external_id").values_list("external_id", "name"))


def _former_clocks(
    department: Department, clock: tuple[str, time], since: date | None, now: datetime
) -> list[dict[str, str]]:
    """How the department's clock stood before, once it is another: history is not shifted (5.1)."""
    former: list[dict[str, str]] = department.former_clocks
    if clock == (department.zone, department.day_start):
        return former
    standing = sources.clock_of(department)
    from_day = since or standing.day_of(now) + timedelta(days=1)
    days = Day.objects.filter(organisation_id=department.organisation_id, department_id=department.id)
    kept = [each for each in former if date.fromisoformat(each["until"]) < from_day]
    before = standing.on(from_day - timedelta(days=1))
    if (str(before.zone), before.day_start) == clock or not days.filter(business_date__lt=from_day).exists():
        return kept
    if not Clock(ZoneInfo(clock[0]), clock[1]).follows(before, from_day):
        raise RuleBroken(
            _("This clock begins its days a day or more away from the one before. Make a new department for it."),
            code="clocks_too_far",
            status=422,
        )
    return [*kept, {"until": str(from_day), "zone": str(before.zone), "day_start": str(before.day_start)}]


def _refuse_unknown_number(department: Department) -> None:
    """Of a store that is connected only numbers that its tills know stand; until then any may be typed."""
    known = client_numbers(department.organisation_id, store_ids=[department.store_id])
    number = department.client_number
    if not number or not known or number in known:
        return
    near = get_close_matches(number, known, n=NEAR, cutoff=0) or list(known)[:NEAR]
    raise RuleBroken(
        _("The point of sale of this store has no number %(number)s. It has: %(near)s.")
        % {"number": number, "near": ", ".join(f"{each} ({known[each]})" for each in near)},
        code="client_number_unknown",
        status=422,
    )


def _refuse_overlap(department: Department) -> None:
    """No bill belongs to two departments: not a register, and not everything beside a register."""
    others = Department.objects.filter(organisation_id=department.organisation_id, store_id=department.store_id)
    for other in others.exclude(id=department.id).order_by("name"):
        if other.client_number and department.client_number and other.client_number != department.client_number:
            continue
        shared = sorted(set(other.terminals) & set(department.terminals))
        if shared:
            raise RuleBroken(
                _("Register %(register)s belongs to %(name)s already.") % {"register": shared[0], "name": other.name},
                code="register_taken",
                status=422,
            )
        if not other.terminals or not department.terminals:
            raise RuleBroken(
                _(
                    "A department without terminal numbers takes every register. Name the registers of both,"
                    " also of %(name)s."
                )
                % {"name": other.name},
                code="registers_swallowed",
                status=422,
            )


def _claim_registers(department: Department) -> None:
    mine = {"organisation_id": department.organisation_id, "department_id": department.id}
    Register.objects.filter(**mine).delete()
    Register.objects.bulk_create(
        Register(**mine, store_id=department.store_id, client_number=department.client_number, register_id=register)
        for register in department.terminals or [""]
    )


def fed_by(organisation_id: UUID, field_type: FieldType) -> Field | None:
    """The field that a type feeds: one at most."""
    return Field.objects.filter(organisation_id=organisation_id, field_type=field_type).first()


@transaction.atomic
def map_field(
    *, organisation_id: UUID, field_id: UUID, field_type: FieldType, is_split: bool, actor: str, now: datetime
) -> Field:
    """Say what feeds a field. Raises RuleBroken when another field has this type, naming it."""
    found = Field.objects.select_for_update().filter(organisation_id=organisation_id, id=field_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if field_type is not FieldType.MANUAL:
        other = fed_by(organisation_id, field_type)
        if other is not None and other.id != field_id:
            raise RuleBroken(
                _("%(field)s is fed by this already.") % {"field": f"{other.number} {other.name}"},
                code="field_type_taken",
                status=422,
            )
    before = found.field_type
    found.field_type, found.is_split = field_type, is_split
    found.save(update_fields=["field_type", "is_split"])
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="balance.field",
        subject=f"{found.number} {found.name}",
        now=now,
        details={"before": before, "after": str(field_type), "split": is_split},
    )
    return found


def map_usual(*, organisation_id: UUID, actor: str, now: datetime) -> None:
    """Map every usual field to the type that its name says, split into hours; what is mapped stays."""
    client_of(organisation_id, now=now)
    rows = {row.number: row for row in Field.objects.filter(organisation_id=organisation_id)}
    taken = {row.field_type for row in rows.values()}
    for number, _name, kind in USUAL:
        row = rows.get(number)
        if row is not None and row.field_type == FieldType.MANUAL and kind not in taken:
            map_field(
                organisation_id=organisation_id,
                field_id=row.id,
                field_type=kind,
                is_split=kind in POS_TYPES,
                actor=actor,
                now=now,
            )


@transaction.atomic
def add_field(*, organisation_id: UUID, number: str, name: str, actor: str, now: datetime) -> Field:
    """One more row of the balance, typed by hand until it is mapped. Raises RuleBroken for a number that is taken."""
    number, name = number.strip(), name.strip()
    if not number or not name or len(number) > LONGEST_NUMBER or len(name) > LONGEST_NAME:
        raise RuleBroken(_("Give the field a short number and a name."), code="field_unnamed", status=422)
    try:
        with transaction.atomic():
            found = Field.objects.create(organisation_id=organisation_id, number=number, name=name, created_at=now)
    except IntegrityError as error:
        raise RuleBroken(
            _("There is a field numbered %(number)s already.") % {"number": number}, code="field_number", status=422
        ) from error
    note(organisation_id=organisation_id, actor=actor, what="balance.field", subject=f"{number} {name}", now=now)
    return found


def departments(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> list[Department]:
    """The departments that somebody may see, by name."""
    rows = Department.objects.filter(organisation_id=organisation_id)
    return list((rows if store_ids is None else rows.filter(store_id__in=store_ids)).order_by("name"))
