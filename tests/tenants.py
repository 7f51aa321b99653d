"""An organisation with everything in it, whose first store a colleague does not have. Whatever of that store can be
read anywhere carries `OF_THE_STORE`; what the whole organisation may read carries `OF_THE_ORGANISATION`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.test import Client

from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.bonus import managing
from comptoir.apps.loyalty.bonuses import BonusKind
from comptoir.apps.loyalty.devices import Register
from comptoir.apps.loyalty.holdings import Alert, AlertKind
from comptoir.apps.loyalty.importing import running
from comptoir.apps.loyalty.members import merging, profile
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.partner_tables import HookMessage, PartnerHook
from comptoir.apps.loyalty.rewards import buying, catalogue
from comptoir.apps.loyalty.tablets import pairing
from comptoir.apps.pay_at_table import integrations, linking
from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.apps.pay_at_table.order_tables import Order, OrderKind, OrderState
from comptoir.apps.traffic import budgets, chains, jobs, projection, rights
from comptoir.apps.traffic.alert_tables import Alert as TrafficAlert
from comptoir.apps.traffic.alert_tables import BusinessException, SilentLimit
from comptoir.apps.traffic.arrivals import feeds
from comptoir.apps.traffic.arrivals.undoing import remember
from comptoir.apps.traffic.counting import doors
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.deliveries import plans
from comptoir.apps.traffic.export_tables import ExportPlan
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.pattern_tables import HOURS_OF_A_WEEK, StaffPattern
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.apps.weekly_balance import setting_up
from comptoir.apps.weekly_balance.models import Correction, PosImport, ReopenRequest
from comptoir.apps.weekly_balance.models import Field as BalanceField
from comptoir.core.accounts import visits
from comptoir.core.accounts.models import ApiToken, Invitation, Membership, MembershipStore, Store, User
from comptoir.core.accounts.partner_tables import PartnerRequest
from comptoir.core.accounts.partners import grants, scopes, tokens
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import create_token
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.sealing import sealer
from comptoir.core.intake.models import ImportRun, Notification
from comptoir.core.intake.scheduling import schedules
from comptoir.core.intake.scheduling.times import Rhythm
from comptoir.core.ledger import reads as ledger
from comptoir.core.outbox import endpoints
from comptoir.kernel.ids import new_id, public_id
from comptoir.kernel.seal import Secret
from tests.apps.loyalty.till import Till, bill, till_of
from tests.people import People, create_member, create_store

OF_THE_STORE = "Secretcellar"
OF_THE_ORGANISATION = "Zincaccount"
NOWHERE = {"host": "127.0.0.1", "port": 1, "user": "u"}
NOW = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)


@dataclass
class World:
    """Alice owns it, Bob was given the terrace alone, Charlie owns another organisation."""

    people: People
    cellar: Store
    terrace: Store
    membership: Membership
    ids: dict[str, str] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    """Of those who are signed in already."""

    def sign_in(self, *users: User) -> None:
        """From now on `client` takes the session of now, which nobody may take back."""
        for user in users:
            self.sessions[user.id] = self.client(user).cookies[settings.SESSION_COOKIE_NAME].value

    def client(self, user: User) -> Client:
        if user.id not in self.sessions:
            return self.people.client(user)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[user.id]
        return client

    def colleague(self, role: Role) -> Client:
        """Bob, in that role."""
        Membership.objects.filter(pk=self.membership.pk).update(role=role)
        return self.client(self.people.bob)


def build(people: People) -> World:
    """One of everything that has an address, each of the cellar."""
    cellar = people.bar
    Store.objects.filter(id=cellar.id).update(name=OF_THE_STORE)
    cellar.refresh_from_db()
    terrace = create_store(people.le_zinc, "Terrace")
    membership = Membership.objects.get(organisation=people.le_zinc, user=people.bob)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=terrace)
    world = World(people, cellar, terrace, membership)
    _sales(world, till_of(people.le_zinc, cellar))
    _connection(world)
    _webhook(world)
    _intake(world)
    _people(world)
    _balance(world)
    _partner(world)
    _traffic(world)
    _tables(world)
    return world


def _tables(world: World) -> None:
    """An integration of the cellar, a payment that needs somebody, and a provider that asks to be let in."""
    connection = Connection.objects.get(organisation=world.people.le_zinc)
    integration = integrations.create(
        organisation=world.people.le_zinc,
        store=world.cellar,
        connection=connection,
        location_id="90000000000001",
        name=OF_THE_STORE,
        now=NOW,
        card_method="CB",
    )
    payment = GuestPayment.objects.create(
        organisation=world.people.le_zinc,
        integration_id=integration.id,
        provider_payment_id=OF_THE_STORE,
        amount=2400,
        currency="EUR",
        state=State.NEEDS_ATTENTION,
        reason="check_closed",
        created_at=NOW,
        updated_at=NOW,
    )
    orphan = Orphan.objects.create(
        organisation=world.people.le_zinc,
        reference="CT01ARZ3NDEKTSV4RRFFQ69G5FAV-01",
        store_id=world.cellar.id,
        first_at=NOW,
    )
    order = Order.objects.create(
        organisation=world.people.le_zinc,
        integration_id=integration.id,
        provider_order_id=OF_THE_STORE,
        kind=OrderKind.EAT_IN,
        items=[{"sku": "CAFE", "quantity": 1}],
        state=OrderState.CANCELLED,
        note=OF_THE_STORE,
        created_at=NOW,
        updated_at=NOW,
    )
    key, _ = linking.make_key(provider="Zinc Pay", now=NOW)
    linking.ask(key=key, integration_id=integration.id, now=NOW)
    world.ids |= {
        "integration_id": integration.public_id,
        "payment_id": payment.public_id,
        "orphan_reference": orphan.reference,
        "order_id": order.public_id,
        "key_id": public_id("key", key.app_id),
    }


def _balance(world: World) -> None:
    """A department of the cellar with a day, and a number that the till would change."""
    organisation_id = world.people.le_zinc.id
    who = {"actor": "user:1", "now": NOW}
    setting_up.change(
        organisation_id=organisation_id,
        values={"multi_cash_registers": True, "pos_import": True},
        **who,  # type: ignore[arg-type]
    )
    setting_up.map_usual(organisation_id=organisation_id, **who)  # type: ignore[arg-type]
    department = setting_up.save_department(
        store=world.cellar,
        name=OF_THE_STORE,
        client_number="",
        terminals=[],
        **who,  # type: ignore[arg-type]
    )
    field_of_sales = BalanceField.objects.get(organisation_id=organisation_id, field_type="net_sales")
    correction = Correction.objects.create(
        organisation_id=organisation_id,
        department_id=department.id,
        business_date=NOW.date(),
        field_id=field_of_sales.id,
        standing=1,
        proposed=2,
        created_at=NOW,
    )
    asked = PosImport.objects.create(
        organisation_id=organisation_id,
        department_ids=[department.id],
        first=NOW.date(),
        last=NOW.date(),
        actor="user:1",
        started_at=NOW,
    )
    reopening = ReopenRequest.objects.create(
        organisation_id=organisation_id,
        department_id=department.id,
        business_date=NOW.date(),
        reason="A typo.",
        asked_by=f"user:{world.people.alice.pk}",
        asked_at=NOW,
    )
    world.ids |= {
        "reopen_id": reopening.public_id,
        "balance_import_id": asked.public_id,
        "department_id": department.public_id,
        "field_id": field_of_sales.public_id,
        "correction_id": correction.public_id,
    }


def _partner(world: World) -> None:
    """A partner whose token speaks for the cellar."""
    client, _ = grants.register(name="6xpos", provider="sixpos", redirect_uris=(), contacts=(), now=NOW)
    asked = PartnerRequest.objects.create(
        organisation=world.people.le_zinc,
        client=client,
        state=PartnerRequest.State.TOKEN_ISSUED,
        store_ids=[world.cellar.id],
        requested_at=NOW,
        requested_by="user:1",
    )
    token, _ = tokens.issue_brand(
        organisation_id=asked.organisation_id,
        client=client,
        store_ids=[world.cellar.id],
        scopes=scopes.SCOPES,
        actor="user:1",
        now=NOW,
    )
    hook = PartnerHook.objects.create(
        organisation=asked.organisation,
        client_id=client.id,
        event="customer.created",
        url="https://6xpos.example/hook",
        secret=sealer().seal(Secret("0123456789abcdef")),
        created_at=NOW,
    )
    message = HookMessage.objects.create(
        organisation=asked.organisation, hook_id=hook.id, event=hook.event, body={}, at=NOW
    )
    world.ids["partner_message_id"] = message.public_id
    world.ids |= {"partner_request_id": asked.public_id, "partner_token_id": token.public_id}
    olga = User.objects.create_user("olga@example.com", is_operator=True)
    said = {"organisation": world.people.le_zinc, "operator": olga, "wish": "look", "now": NOW}
    world.ids["visit_id"] = visits.ask(**said, reason=f"Why {OF_THE_ORGANISATION}").public_id  # type: ignore[arg-type]


def _traffic(world: World) -> None:
    """Jobs, a counter, an hour and somebody who may edit."""
    organisation, now = world.people.le_zinc, datetime.now(UTC)
    made = {"organisation_id": organisation.id, "actor": "user:1", "now": now}
    job = jobs.begin(**made, label=OF_THE_ORGANISATION)  # type: ignore[arg-type]
    other = jobs.begin(**made, label=f"{OF_THE_ORGANISATION} 2")  # type: ignore[arg-type]
    jobs.attach(job=other, connection=Connection.objects.get(organisation=organisation))
    counter = add_counter(organisation_id=organisation.id, store_id=world.cellar.id, name=OF_THE_STORE, now=now)
    projection.restate(organisation.id, {(world.cellar.id, NOW.date())}, now=now)
    rights.allow(organisation_id=organisation.id, user_id=world.people.alice.pk, node_id=None, actor="user:1", now=now)
    chain = chains.add_node(**made, name=OF_THE_ORGANISATION, kind="chain", parent_id=None)  # type: ignore[arg-type]
    world.ids["node_id"] = public_id("nod", chain.id)
    alert = TrafficAlert.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        kind="counter_dead",
        part=str(counter.id),
        name=OF_THE_STORE,
        details={"counter": OF_THE_STORE},
        since=NOW,
        opened_at=NOW,
    )
    BusinessException.objects.create(organisation_id=organisation.id, store_id=world.cellar.id, on=NOW.date())
    limit = SilentLimit.objects.create(organisation_id=organisation.id, id=new_id(), store_id=world.cellar.id, hours=3)
    wage = Wage.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        since=NOW.date(),
        per_hour=15,
        currency="EUR",
    )
    pattern = StaffPattern.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        since=NOW.date(),
        hours=[2] * HOURS_OF_A_WEEK,
        actor="user:1",
        at=NOW,
    )
    closure = LeftOut.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        kind=LeftOut.CLOSURE,
        since=NOW - timedelta(days=9),
        until=NOW - timedelta(days=8),
        actor="user:1",
        at=NOW,
    )
    plan = ExportPlan.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        user_id=world.people.alice.pk,
        name=OF_THE_ORGANISATION,
        kind="csv",
        rhythm="daily",
        hour=7,
        days=1,
        language="en",
        way=ExportPlan.MAIL,
        due_at=NOW,
        created_at=NOW,
    )
    run = plans.run(plan, slot=NOW, now=NOW)
    assert run is not None
    said = {"store": world.cellar, "measure": "sales", "first": NOW.date(), "last": NOW.date(), "today": NOW.date()}
    change = budgets.spread(**said, amount=Decimal(1), actor="user:1", now=now)  # type: ignore[arg-type]
    assert change is not None
    feed = feeds.add(**made, name=OF_THE_ORGANISATION, kind="sftp", place=NOWHERE)  # type: ignore[arg-type]
    world.ids |= {
        "budget_change_id": change.public_id,
        "export_run_id": run.public_id,
        "left_out_id": public_id("tlo", closure.id),
        "wage_id": public_id("wag", wage.id),
        "pattern_id": public_id("spn", pattern.id),
        "limit_id": public_id("lim", limit.id),
        "door_id": doors.add(**made, name=OF_THE_ORGANISATION)[0].public_id,  # type: ignore[arg-type]
        "feed_id": feed.public_id,
        "feed_change_id": public_id("fch", remember(feed, now=now)),
        "traffic_alert_id": public_id("tal", alert.id),
        "job_id": jobs.public(job),
        "connected_job_id": jobs.public(other),
        "counter_id": public_id("cnt", counter.id),
        "editor_id": str(world.people.alice.pk),
    }


def _people(world: World) -> None:
    """Somebody who works here, somebody who did, and somebody who is asked to."""
    organisation = world.people.le_zinc
    member = create_member(organisation, OF_THE_ORGANISATION, Role.STAFF)
    gone = User.objects.create_user("gone@example.com")
    claims = {"removed": gone.pk, "from": str(organisation.id), "role": "staff", "stores": None}
    asked = Invitation.objects.create(
        organisation=organisation,
        email=f"{OF_THE_ORGANISATION.lower()}@example.org",
        role=Role.STAFF,
        language="en",
        token_hash=b"x",
        created_at=NOW,
        sent_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    world.ids |= {
        "membership_id": str(Membership.objects.get(user=member).pk),
        "removed_id": sealer().sign(claims, expires_at=datetime.now(UTC) + timedelta(hours=1)),
        "invitation_id": public_id("inv", asked.id),
    }


def _sales(world: World, till: Till) -> None:
    for number in ("waiting", "claimed"):
        name = f"{OF_THE_STORE}-{number}"
        till.sends(bill(name, "24.50", at=NOW, table=OF_THE_STORE, receipt_number=name))
    claim = till.claim(f"{OF_THE_STORE}-claimed")
    organisation_id = world.people.le_zinc.id
    [sale] = ledger.sales(organisation_id, external_id=f"{OF_THE_STORE}-waiting")
    world.ids |= {
        "store_id": world.cellar.public_id,
        "sale_id": sale.public_id,
        "offer_id": till.offer(f"{OF_THE_STORE}-waiting").public_id,
        "claimed_offer_id": till.offer(f"{OF_THE_STORE}-claimed").public_id,
        "member_id": claim.member.public_id,
        "register_id": Register.objects.get(organisation_id=organisation_id).public_id,
    }
    _rewards(world, claim.member.id)
    _tablet(world)
    _member(world, claim.member)


def _rewards(world: World, member_id: UUID) -> None:
    now = datetime.now(UTC)  # a reward has its time, and the calls look at the clock
    who = {"organisation_id": world.people.le_zinc.id, "actor": "user:1", "now": now}
    reward = catalogue.save(
        **who,  # type: ignore[arg-type]
        reward_id=None,
        name=OF_THE_ORGANISATION,
        description="",
        points=10,
        store_ids=[],
        is_active=True,
        products={},
    )
    held = buying.buy(
        **who,  # type: ignore[arg-type]
        member_id=member_id,
        reward_id=reward.id,
        store_id=world.cellar.id,
    )
    telling.tell(
        organisation_id=reward.organisation_id,
        kind=AlertKind.REWARD_CONFLICT,
        reason="reward_unknown",
        subject=OF_THE_STORE,
        store_id=world.cellar.id,
        now=now,
    )
    bonus = managing.add(
        **who,  # type: ignore[arg-type]
        terms=managing.Terms(kind=BonusKind.VISIT, name=OF_THE_ORGANISATION, points=3, again_after=240),
    )
    alert = Alert.objects.get(subject=OF_THE_STORE)
    world.ids |= {
        "reward_id": reward.public_id,
        "held_id": held.public_id,
        "bonus_id": bonus.public_id,
        "alert_id": alert.public_id,
    }


def _member(world: World, member: Member) -> None:
    """Another record of the same person, an edit of it, and a merge of a third one."""
    organisation_id, now = member.organisation_id, datetime.now(UTC)
    made = [
        profile.create(organisation_id=organisation_id, store_id=world.cellar.id, phone=phone, actor="user:1", now=now)
        for phone in ("+33611111111", "+33622222222")
    ]
    change = profile.update(
        organisation_id=organisation_id, member_id=member.id, fields={"note": "regular"}, actor="user:1", now=now
    )
    merge = merging.merge(
        organisation_id=organisation_id, kept_id=member.id, absorbed_id=made[1].id, actor="user:1", now=now
    )
    assert change
    held = running.draft(
        organisation_id=organisation_id,
        store_id=world.cellar.id,
        name=f"{OF_THE_STORE}.csv",
        content=b"phone\n0612345677\n",
        actor="user:1",
        now=now,
    )
    world.ids |= {
        "member_import_id": held.public_id,
        "other_member_id": made[0].public_id,
        "change_id": change.public_id,
        "merge_id": merge.public_id,
    }


def _tablet(world: World) -> None:
    now = datetime.now(UTC)  # a code is short-lived, and the page looks at the clock
    store = {"organisation_id": world.people.le_zinc.id, "store_id": world.cellar.id, "actor": "user:1", "now": now}
    code = pairing.new_code(**store, name=f"{OF_THE_STORE}-tablet")  # type: ignore[arg-type]
    tablet, _token = pairing.pair(code=code.code, address="a", now=now)
    pairing.new_code(**store, name=f"{OF_THE_STORE}-code")  # type: ignore[arg-type]
    world.ids["tablet_id"] = tablet.public_id


def _connection(world: World) -> None:
    connection = Connection.objects.create(
        organisation=world.people.le_zinc,
        provider="lightspeed_k",
        account_name=OF_THE_ORGANISATION,
        status_since=NOW,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW + timedelta(days=30),
        consented_by=world.people.alice,
        created_at=NOW,
    )
    for number, store in enumerate((world.cellar, world.terrace), start=1):
        LocationLink.objects.create(
            organisation=world.people.le_zinc,
            connection=connection,
            provider="lightspeed_k",
            external_id=f"{store.name}-{number}",
            name=f"{store.name} at the till",
            currency="EUR",
            timezone="Europe/Paris",
            country="FR",
            store=store,
        )
    world.ids["connection_id"] = connection.public_id


def _webhook(world: World) -> None:
    wish = endpoints.Wish("https://hooks.example.com/", description=OF_THE_ORGANISATION)
    endpoint, _ = endpoints.create(organisation_id=world.people.le_zinc.id, wish=wish, now=NOW)
    sent = endpoints.send_test(organisation_id=endpoint.organisation_id, endpoint_id=endpoint.id, now=NOW)
    world.ids |= {"webhook_id": endpoint.public_id, "delivery_id": sent.public_id}


def _intake(world: World) -> None:
    row = Notification.objects.create(
        organisation_id=world.people.le_zinc.id,
        store_id=world.cellar.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=f'{{"name": "{OF_THE_STORE}"}}'.encode(),
        body_hash=b"x",
        received_at=NOW,
        received_minute=NOW,
        processed_at=NOW,
        outcome=Notification.Outcome.PARKED,
        delivery=OF_THE_STORE,
        fault=OF_THE_STORE,
    )
    world.ids["notification_id"] = str(row.id)
    for name in ("token_id", "revoked_token_id"):
        token, _ = create_token(
            name=OF_THE_ORGANISATION, scopes=["sales.read"], organisations=[world.people.le_zinc], now=NOW
        )
        world.ids[name] = token.public_id
    # As if it had been revoked just now, whenever that is: then it can be taken back.
    ApiToken.objects.filter(id=token.id).update(revoked_at=datetime.now(UTC))
    world.ids["import_id"] = public_id("imp", _import(world, ImportRun.State.FAILED))
    schedule = schedules.add(store=world.cellar, rhythm=Rhythm.DAILY, start=time(2), days=2, actor="user:1", now=NOW)
    undo = {
        "schedule": schedule.public_id,
        "store": str(schedule.store_id),
        "rhythm": schedule.rhythm,
        "start": "02:00",
        "days": 2,
    }
    world.ids |= {
        "schedule_id": schedule.public_id,
        "schedule_token": sealer().sign(undo, expires_at=datetime.now(UTC) + timedelta(hours=1)),
    }
    world.ids["running_import_id"] = public_id("imp", _import(world, ImportRun.State.RUNNING))


def _import(world: World, state: ImportRun.State) -> UUID:
    link = LocationLink.objects.get(store=world.cellar)
    run = ImportRun.objects.create(
        id=new_id(),
        organisation_id=world.people.le_zinc.id,
        store_id=world.cellar.id,
        connection_id=link.connection_id,
        location_link_id=link.id,
        start=NOW - timedelta(days=1),
        end=NOW,
        state=state,
        fault=OF_THE_STORE,
        started_at=NOW,
        going_since=NOW,
        finished_at=NOW,
    )
    return run.id
