"""Bills of the cellar, whoever they are offered to, and what the programme has of them."""

from datetime import UTC, datetime
from uuid import UUID

from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.bonus import managing
from comptoir.apps.loyalty.bonuses import BonusKind
from comptoir.apps.loyalty.devices import Register
from comptoir.apps.loyalty.holdings import Alert, AlertKind
from comptoir.apps.loyalty.importing import running
from comptoir.apps.loyalty.members import merging, profile
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import buying, catalogue
from comptoir.apps.loyalty.tablets import pairing
from comptoir.core.ledger import reads as ledger
from tests.apps.loyalty.till import Till, bill
from tests.tenants.world import NOW, World


def fill(world: World, till: Till) -> None:
    """Bills, rewards, members and a tablet."""
    for number in ("waiting", "claimed"):
        name = f"{world.of_the_store}-{number}"
        till.sends(bill(name, "24.50", at=NOW, table=world.of_the_store, receipt_number=name))
    claim = till.claim(f"{world.of_the_store}-claimed")
    organisation_id = world.people.le_zinc.id
    [sale] = ledger.sales(organisation_id, external_id=f"{world.of_the_store}-waiting")
    world.ids |= {
        "store_id": world.cellar.public_id,
        "sale_id": sale.public_id,
        "offer_id": till.offer(f"{world.of_the_store}-waiting").public_id,
        "claimed_offer_id": till.offer(f"{world.of_the_store}-claimed").public_id,
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
        name=world.of_the_organisation,
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
        subject=world.of_the_store,
        store_id=world.cellar.id,
        now=now,
    )
    bonus = managing.add(
        **who,  # type: ignore[arg-type]
        terms=managing.Terms(kind=BonusKind.VISIT, name=world.of_the_organisation, points=3, again_after=240),
    )
    alert = Alert.objects.get(subject=world.of_the_store)
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
        name=f"{world.of_the_store}.csv",
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
    code = pairing.new_code(**store, name=f"{world.of_the_store}-tablet")  # type: ignore[arg-type]
    tablet, _token = pairing.pair(code=code.code, address="a", now=now)
    pairing.new_code(**store, name=f"{world.of_the_store}-code")  # type: ignore[arg-type]
    world.ids["tablet_id"] = tablet.public_id
