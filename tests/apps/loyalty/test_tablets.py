"""Tablets: paired by a code, told apart by a hand, linked to a register, dead at once when revoked."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from comptoir.apps.loyalty import registers, showings
from comptoir.apps.loyalty.devices import PairingCode, Register, Tablet
from comptoir.apps.loyalty.tablets import linking, pairing, reads
from comptoir.core.accounts.models import Store
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named
from tests.apps.loyalty.counter import linked, paired
from tests.apps.loyalty.till import NOON, Till, bill
from tests.people import People, create_store


def tell(token: str, **said: object) -> tuple[int, dict[str, object]]:
    response = Client().post(
        "/tablet/tell", json.dumps(said), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    return response.status_code, response.json()


def test_a_code_is_good_once_and_for_ten_minutes(till: Till) -> None:
    facts = {"organisation_id": till.organisation.id, "store_id": till.store.id, "name": "Bar", "actor": "user:1"}
    code = pairing.new_code(**facts, now=till.now)  # type: ignore[arg-type]
    tablet, token = pairing.pair(code=f" {code.code.lower()} ", address="a", now=till.now)
    assert pairing.tablet_of(token.reveal()) == tablet
    with pytest.raises(RuleBroken, match="not valid"):
        pairing.pair(code=code.code, address="a", now=till.now)

    late = pairing.new_code(**facts, now=till.now)  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match="not valid"):
        pairing.pair(code=late.code, address="a", now=till.now + timedelta(minutes=10))


def test_the_sixth_wrong_code_of_an_address_is_refused_unread(till: Till) -> None:
    for _ in range(5):
        with pytest.raises(RuleBroken) as refused:
            pairing.pair(code="WRONG2", address="a", now=till.now)
        assert refused.value.code == "code_wrong"
    code = pairing.new_code(
        organisation_id=till.organisation.id, store_id=till.store.id, name="Bar", actor="user:1", now=till.now
    )
    with pytest.raises(RuleBroken) as refused:
        pairing.pair(code=code.code, address="a", now=till.now)
    assert refused.value.code == "rate_limited"
    assert pairing.pair(code=code.code, address="b", now=till.now)[0].name == "Bar"


def test_the_token_is_kept_as_a_hash(till: Till) -> None:
    tablet, token = paired(till)
    assert token.encode() not in bytes(tablet.token_hash or b"")
    assert token not in str(Tablet.objects.values().get())


def test_e27_a_stolen_tablet_is_dead_at_once(till: Till) -> None:
    tablet, token = paired(till)
    assert tell(token, version="1")[0] == 200
    pairing.revoke(organisation_id=till.organisation.id, tablet_id=tablet.id, now=till.now)

    status, body = tell(token)
    assert (status, body["code"]) == (401, "not_paired")
    assert reads.tablets(till.organisation.id, now=till.now) == []


def test_e26_each_hand_waves_on_its_own_tablet(till: Till) -> None:
    one, other = paired(till, "One")[0], paired(till, "Other")[0]
    linking.identify(organisation_id=till.organisation.id, tablet_id=one.id, now=till.now)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (linking.waves(one, now=till.now), linking.waves(other, now=till.now)) == (True, False)
    assert not linking.waves(one, now=till.now + linking.IDENTIFY_FOR)
    assert showings.audience(one.id) != showings.audience(other.id)

    linking.heard(one, said={"waved": True}, now=till.now + timedelta(seconds=1))
    answered = {each.name: each.has_answered for each in reads.tablets(till.organisation.id, now=till.now)}
    assert answered == {"One": True, "Other": False}


def test_a_tablet_looks_at_itself_and_is_online_until_it_is_silent(till: Till) -> None:
    tablet, token = paired(till)
    checks = {"browser": True, "live": True, "storage": True, "camera": False, "screen": True, "x": True}
    assert tell(token, version="abc", screen="idle", checks=checks)[0] == 200

    facts = reads.tablet(till.organisation.id, tablet.id, now=timezone.now())
    assert facts
    assert facts.is_online
    assert facts.has_passed
    assert dict(facts.checks) == {"browser": True, "live": True, "storage": True, "camera": False, "screen": True}
    later = reads.tablet(till.organisation.id, tablet.id, now=timezone.now() + timedelta(minutes=2))
    assert later
    assert not later.is_online


def test_a_passive_till_is_never_offered_and_loses_its_tablet(till: Till) -> None:
    tablet = linked(till)
    [register] = Register.objects.all()
    registers.mark_passive(
        organisation_id=till.organisation.id, register_id=register.id, is_passive=True, actor="user:1"
    )
    facts = reads.tablet(till.organisation.id, tablet.id, now=till.now)
    assert facts
    assert (facts.register, facts.unlinked_because) == (None, "passive")
    assert reads.choices(facts, till.organisation.id, now=till.now) == []
    with pytest.raises(RuleBroken, match="passive"):
        linking.link(organisation_id=till.organisation.id, tablet_id=tablet.id, register_id=register.id, now=till.now)


def test_a_register_of_another_store_cannot_be_linked(till: Till, people: People) -> None:
    linked(till)
    elsewhere = create_store(people.le_zinc, "La Terrasse")
    code = pairing.new_code(
        organisation_id=till.organisation.id, store_id=elsewhere.id, name="Far", actor="user:1", now=till.now
    )
    tablet, _token = pairing.pair(code=code.code, address="a", now=till.now)
    with pytest.raises(RuleBroken, match="another store"):
        linking.link(
            organisation_id=till.organisation.id,
            tablet_id=tablet.id,
            register_id=Register.objects.get().id,
            now=till.now,
        )


def test_a_register_moves_with_its_location_and_its_tablet_says_so(till: Till, people: People) -> None:
    tablet = linked(till)
    elsewhere = create_store(people.le_zinc, "La Terrasse")
    Till(till.organisation, elsewhere)
    from tests.apps.loyalty.till import till_of

    moved = till_of(till.organisation, elsewhere)
    moved.sends(bill("B1", "9.00"))
    tablet.refresh_from_db()
    assert (tablet.register_id, tablet.unlinked_because) == (None, "moved")


def test_e24_a_tablet_at_the_wrong_register_raises_an_alarm(till: Till) -> None:
    tablet = linked(till)
    till.now = NOON + timedelta(hours=1)
    till.sends(bill("A1", "9.00", at=till.now, register=Named(id="device-2", name="Terrace")))
    facts = reads.tablet(till.organisation.id, tablet.id, now=till.now)
    assert facts
    assert facts.drift
    assert facts.drift.device_id == "device-2"


def test_e25_a_replaced_register_is_proposed_at_once(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "9.00", register=Named(id="device-2", name="Bar")))
    facts = reads.tablet(till.organisation.id, tablet.id, now=till.now)
    assert facts
    assert facts.drift
    assert facts.drift.device_id == "device-2"


def test_the_owner_pairs_links_and_unpairs_on_pages(till: Till, people: People) -> None:
    till.sends(bill("A1", "9.00"))
    client = people.client(people.alice)
    client.post("/tablets/code", {"store": till.store.public_id, "name": "Bar left"})
    code = PairingCode.objects.get().code
    assert code in client.get("/tablets").content.decode()
    assert "Passive" not in client.get("/tablets").content.decode()
    answer = Client().post("/tablet/pair", json.dumps({"code": code}), content_type="application/json").json()
    tablet = Tablet.objects.get()
    assert answer["tablet"] == tablet.public_id
    address = f"/tablets/{tablet.public_id}"
    assert "Bar · ce-1" in client.get(address).content.decode()
    client.post(f"{address}/link", {"register": Register.objects.get().public_id})
    assert tell(answer["token"])[1]["register"] == "Bar"
    client.post(f"{address}/identify")
    assert tell(answer["token"])[1]["waves"] is True
    client.post(f"/tablets/registers/{Register.objects.get().public_id}/passive", {"passive": "yes"})
    assert "Passive till" in client.get("/tablets").content.decode()
    client.post(f"{address}/revoke")
    assert tell(answer["token"])[0] == 401


def test_ids_of_others_name_nothing(till: Till, people: People) -> None:
    tablet = linked(till)
    client = people.client(people.charlie)
    register = Register.objects.get()
    for path in (
        f"/tablets/{tablet.public_id}/identify",
        f"/tablets/{tablet.public_id}/link",
        f"/tablets/{tablet.public_id}/revoke",
        f"/tablets/registers/{register.public_id}/passive",
    ):
        assert client.post(path).status_code == 404, path
    assert client.get(f"/tablets/{tablet.public_id}").status_code == 404
    store = Store.objects.get(organisation=people.chez_charlie)
    mine = people.client(people.alice)
    assert mine.post("/tablets/code", {"store": store.public_id, "name": "Mine"}).status_code == 422


@pytest.mark.parametrize("body", ["[]", "{", "null", '"x"', '{"code": 1}', '{"code": ""}', '{"code": "\\u0000"}'])
def test_odd_bodies_are_refused_in_words(db: None, body: str) -> None:
    response = Client().post("/tablet/pair", body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (422, "validation")
