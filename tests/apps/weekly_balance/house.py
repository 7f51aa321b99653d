"""A client with one department whose till is made up; bills go through the real ledger, outbox and engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from django.db import transaction

from comptoir.apps.weekly_balance import engine, importing, setting_up, sources
from comptoir.apps.weekly_balance.models import (
    Cell,
    Change,
    Client,
    Correction,
    Day,
    Department,
    Field,
    HourFigure,
    PosImport,
)
from comptoir.apps.weekly_balance.rules.figures import rounded
from comptoir.apps.weekly_balance.rules.terms import FieldType, LineClass
from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations.install import install
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger import store as ledger
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery
from comptoir.kernel.ids import new_id
from comptoir.pos.model import Observed, Sale, Source
from tests.people import People

PROVIDER = "lightspeed_k"
ALICE = "user:alice"


@dataclass
class House:
    """Le Zinc with a weekly balance."""

    people: People
    client: Client
    department: Department
    store: Store
    now: datetime = datetime(2026, 6, 10, 20, 0, tzinfo=UTC)
    ticks: count = field(default_factory=count)  # type: ignore[type-arg]

    def record(self, *sales: Sale) -> None:
        """Into the ledger only."""
        observed = [
            Observed(sale=sale, source=Source.READ, observed_at=self.now + timedelta(milliseconds=next(self.ticks)))
            for sale in sales
        ]
        with transaction.atomic():
            facts = ledger.lock_stores([self.store.id])[self.store.id]
            ledger.record(store=facts, provider=PROVIDER, observed=observed, now=self.now)

    def sells(self, *sales: Sale) -> None:
        """Into the ledger, and the weekly balance hears of it."""
        self.record(*sales)
        dispatch.dispatch(clock=lambda: self.now)
        assert list(Delivery.objects.exclude(fault="").values_list("fault", flat=True)) == []

    def later(self, **passed: float) -> None:
        """Time goes by."""
        self.now += timedelta(**passed)

    def covers(self, *days: date, began: datetime | None = None) -> None:
        """An import has read these days whole: after their end, unless it began earlier."""
        clock = sources.clock_of(self.department)
        for day in days:
            start, end = clock.bounds(day)
            at = began or end + timedelta(minutes=31)
            mine = {"organisation_id": self.department.organisation_id}
            run = ImportRun.objects.create(
                **mine,
                id=new_id(),
                store_id=self.store.id,
                connection_id=new_id(),
                location_link_id=new_id(),
                start=start,
                end=end,
                state="done",
                started_at=at,
                going_since=at,
                finished_at=at,
            )
            ImportWindow.objects.create(
                **mine,
                run_id=run.id,
                number=0,
                location_link_id=run.location_link_id,
                start=start,
                end=end,
                state="done",
                reached_at=end,
                due_at=at,
                finished_at=at,
            )

    def compute(self, *days: date, overwrite: bool = False, actor: str = "system") -> engine.Result:
        """What an import that has read these days does."""
        why = engine.Why(actor=actor, cause="daily import", overwrite=overwrite)
        return engine.compute(client=self.client, department=self.department, days=days, now=self.now, why=why)

    def imports(
        self, first: date, last: date, *departments: Department, overwrite: bool = False, now: datetime | None = None
    ) -> PosImport:
        """Somebody begins an import of this department, and of the others that are named; no worker has gone yet."""
        return importing.begin(
            client=self.client,
            departments=[self.department, *departments],
            first=first,
            last=last,
            overwrite=overwrite,
            actor=ALICE,
            now=now or self.now,
        )

    def takes(self, *registers: str, client_number: str = "") -> Department:
        """The department takes these registers, without any the whole store; of the till's place of that number."""
        self.department = setting_up.save_department(
            store=self.store,
            name="Bar",
            client_number=client_number,
            terminals=registers,
            actor=ALICE,
            now=self.now,
            department_id=self.department.id,
        )
        return self.department

    def day(self, day: date) -> Day:
        return Day.objects.get(department_id=self.department.id, business_date=day)

    def field(self, kind: FieldType) -> Field:
        return Field.objects.get(organisation_id=self.client.organisation_id, field_type=kind)

    @property
    def fields(self) -> int:
        """How many rows the balance has."""
        return Field.objects.filter(organisation_id=self.client.organisation_id).count()

    def cell(self, day: date, kind: FieldType) -> Cell | None:
        mine = Cell.objects.filter(department_id=self.department.id, business_date=day)
        return mine.filter(field_id=self.field(kind).id).first()

    def value(self, day: date, kind: FieldType) -> Decimal | None:
        """The number as it is shown; None where there is none."""
        cell = self.cell(day, kind)
        found = None if cell is None else cell.measured if cell.typed is None else cell.typed
        return None if found is None else rounded(found, kind, self.department.currency)

    def hours(self, day: date, kind: FieldType) -> dict[tuple[datetime, str], Decimal]:
        """(start, register) to figure."""
        rows = HourFigure.objects.filter(
            department_id=self.department.id, business_date=day, field_id=self.field(kind).id
        )
        return {(row.start, row.register_id): row.value.normalize() for row in rows.order_by("start", "register_id")}

    def waiting(self) -> list[Correction]:
        return list(Correction.objects.filter(state="waiting").order_by("id"))

    def changes(self) -> list[Change]:
        return list(Change.objects.order_by("id"))


def house_of(people: People, *, zone: str = "Europe/Copenhagen", day_start: time = time(0)) -> House:
    """POS import is on, every usual field is mapped, one department takes the whole store."""
    store, now = people.bar, datetime(2026, 6, 1, tzinfo=UTC)
    Store.objects.filter(id=store.id).update(timezone=zone, day_start=day_start, currency="DKK")
    store.refresh_from_db()
    install(organisation=people.le_zinc, store=store, app="weekly_balance", provider=PROVIDER, now=now)
    client = setting_up.change(
        organisation_id=people.le_zinc.id,
        values={
            "pos_import": True,
            "multi_cash_registers": True,
            "auto_confirm": True,
            "classes": {"sku:GIFT": LineClass.GIFT_CARD},
        },
        actor=ALICE,
        now=now,
    )
    setting_up.map_usual(organisation_id=people.le_zinc.id, actor=ALICE, now=now)
    department = add_department(store, "Bar")
    return House(people, client, department, store)


def add_department(store: Store, name: str, terminals: Sequence[str] = ()) -> Department:
    return setting_up.save_department(
        store=store,
        name=name,
        client_number="",
        terminals=terminals,
        actor=ALICE,
        now=datetime(2026, 6, 1, tzinfo=UTC),
    )


def link(store: Store, number: str = "1") -> LocationLink:
    """A linked location of a connection; nobody answers behind it."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    connection = Connection.objects.create(
        organisation_id=store.organisation_id,
        provider=PROVIDER,
        status_since=now,
        access_expires_at=now + timedelta(days=900),
        created_at=now,
    )
    return LocationLink.objects.create(
        organisation_id=store.organisation_id,
        connection=connection,
        provider=PROVIDER,
        external_id=number,
        name=store.name,
        currency=store.currency,
        timezone=store.timezone,
        store=store,
    )


def other_store(people: People, name: str) -> UUID:
    """Another store of Le Zinc."""
    return Store.objects.create(
        organisation=people.le_zinc,
        name=name,
        timezone="Europe/Copenhagen",
        currency="DKK",
        country="DK",
        day_start=time(0),
        created_at=datetime(2026, 6, 1, tzinfo=UTC),
    ).id
