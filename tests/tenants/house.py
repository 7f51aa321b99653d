"""What every app stands on: the till, what it sends, who works here and who is let in."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from comptoir.apps.loyalty.partner_tables import HookMessage, PartnerHook
from comptoir.core.accounts import visits
from comptoir.core.accounts.models import ApiToken, Invitation, Membership, User
from comptoir.core.accounts.partner_tables import PartnerRequest
from comptoir.core.accounts.partners import grants, scopes, tokens
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import create_token
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.sealing import sealer
from comptoir.core.intake.models import ImportRun, Notification
from comptoir.core.intake.scheduling import schedules
from comptoir.core.intake.scheduling.times import Rhythm
from comptoir.core.outbox import endpoints
from comptoir.kernel.ids import new_id, public_id
from comptoir.kernel.seal import Secret
from tests.people import create_member
from tests.tenants.world import NOW, World


def till(world: World) -> None:
    """A connection whose locations feed both stores."""
    connection = Connection.objects.create(
        organisation=world.people.le_zinc,
        provider="lightspeed_k",
        account_name=world.of_the_organisation,
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


def webhook(world: World) -> None:
    """An address that hears of events, and one that was told it."""
    wish = endpoints.Wish("https://hooks.example.com/", description=world.of_the_organisation)
    endpoint, _ = endpoints.create(organisation_id=world.people.le_zinc.id, wish=wish, now=NOW)
    sent = endpoints.send_test(organisation_id=endpoint.organisation_id, endpoint_id=endpoint.id, now=NOW)
    world.ids |= {"webhook_id": endpoint.public_id, "delivery_id": sent.public_id}


def intake(world: World) -> None:
    """A notification that was parked, tokens, imports and a schedule."""
    row = Notification.objects.create(
        organisation_id=world.people.le_zinc.id,
        store_id=world.cellar.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=f'{{"name": "{world.of_the_store}"}}'.encode(),
        body_hash=b"x",
        received_at=NOW,
        received_minute=NOW,
        processed_at=NOW,
        outcome=Notification.Outcome.PARKED,
        delivery=world.of_the_store,
        fault=world.of_the_store,
    )
    world.ids["notification_id"] = str(row.id)
    for name in ("token_id", "revoked_token_id"):
        token, _ = create_token(
            name=world.of_the_organisation, scopes=["sales.read"], organisations=[world.people.le_zinc], now=NOW
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
        fault=world.of_the_store,
        started_at=NOW,
        going_since=NOW,
        finished_at=NOW,
    )
    return run.id


def members(world: World) -> None:
    """Somebody who works here, somebody who did, and somebody who is asked to."""
    organisation = world.people.le_zinc
    member = create_member(organisation, world.of_the_organisation, Role.STAFF)
    gone = User.objects.create_user("gone@example.com")
    claims = {"removed": gone.pk, "from": str(organisation.id), "role": "staff", "stores": None}
    asked = Invitation.objects.create(
        organisation=organisation,
        email=f"{world.of_the_organisation.lower()}@example.org",
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


def partner(world: World) -> None:
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
    world.ids["visit_id"] = visits.ask(**said, reason=f"Why {world.of_the_organisation}").public_id  # type: ignore[arg-type]
