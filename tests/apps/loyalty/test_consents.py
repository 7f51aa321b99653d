"""Consent: added, never changed; a no stays until the person says yes (loyalty.md 1.9, E43, E44)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.members.consents import COPIES, Channel, Said, Source
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Consent
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.test_api import Caller
from tests.apps.loyalty.till import ALICES_PHONE, NOON, Till, bill
from tests.people import People

HOUR = timedelta(hours=1)
said = st.builds(
    Said,
    value=st.booleans(),
    at=st.integers(0, 5).map(lambda hours: NOON + hours * HOUR),
    source=st.sampled_from(sorted(Source)),
)


@pytest.fixture
def member(till: Till) -> Member:
    till.sends(bill("A1", "24.50"))
    return till.claim("A1").member


def say(member: Member, value: bool, source: Source, *, hours: int = 0, channel: Channel = Channel.SMS) -> bool:
    return consents.record(
        organisation_id=member.organisation_id,
        member_id=member.id,
        channel=channel,
        value=value,
        source=source,
        actor="user:1",
        now=NOON + 10 * HOUR,
        at=NOON + hours * HOUR,
    )


@given(st.lists(said, max_size=6).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_in_which_records_arrive_changes_nothing(rows: tuple[list[Said], list[Said]]) -> None:
    assert consents.holds(rows[0]) == consents.holds(rows[1])


@given(st.lists(said, max_size=6))
def test_a_copy_never_turns_a_no_into_a_yes(rows: list[Said]) -> None:
    if any(not each.value for each in rows) and not consents.holds(rows):
        late = Said(value=True, at=NOON + 9 * HOUR, source=Source.ORDER)
        assert not consents.holds([*rows, late])


@given(st.lists(said, max_size=6))
def test_without_a_yes_there_is_no_consent_and_the_latest_no_ends_it(rows: list[Said]) -> None:
    assert not consents.holds([each for each in rows if not each.value])
    assert not consents.holds([*rows, Said(value=False, at=NOON + 9 * HOUR, source=Source.STOP)])
    acts = [each for each in rows if each.source not in COPIES]
    if acts and all(each.value for each in acts) and all(each.value for each in rows):
        assert consents.holds(rows)


def test_becoming_a_member_is_no_consent(member: Member) -> None:
    assert (member.sms_consent, member.email_consent) == (False, False)
    assert not Consent.objects.exists()


def test_e44_a_stop_outlives_an_old_profile_and_only_a_newer_act_ends_it(member: Member) -> None:
    assert say(member, True, Source.TABLET, hours=1)
    assert consents.stop(organisation_id=member.organisation_id, phone=ALICES_PHONE, actor="", now=NOON + 2 * HOUR)
    assert not say(member, True, Source.TABLET, hours=1)
    assert not say(member, True, Source.ORDER, hours=5)
    assert not say(member, True, Source.IMPORT, hours=6)
    member.refresh_from_db()
    assert not member.sms_consent
    assert say(member, True, Source.COUNTER, hours=7)
    member.refresh_from_db()
    assert (member.sms_consent, member.email_consent) == (True, False)
    assert Consent.objects.count() == 6


def test_a_copied_yes_needs_its_moment_and_nobody_agrees_in_the_future(member: Member) -> None:
    def wrong(**more: object) -> str:
        with pytest.raises(RuleBroken) as refused:
            consents.record(
                organisation_id=member.organisation_id,
                member_id=member.id,
                channel=Channel.SMS,
                value=True,
                actor="",
                now=NOON,
                **more,  # type: ignore[arg-type]
            )
        return refused.value.code

    assert wrong(source=Source.ORDER) == "consent_needs_time"
    assert wrong(source=Source.COUNTER, at=NOON + HOUR) == "consent_in_future"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("command", ["UPDATE loyalty_consent SET value = true", "DELETE FROM loyalty_consent"])
def test_the_database_keeps_records_as_they_are(member: Member, command: str) -> None:
    say(member, False, Source.COUNTER)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(command)
    assert Consent.objects.get().value is False


def test_e43_missing_is_no_and_a_string_is_refused(till: Till, people: People) -> None:
    caller = Caller(people.le_zinc)
    store = people.bar.public_id
    made = caller.post("members", {"phone": "+33612345642", "store": store}, 201)
    assert (made["sms_consent"], made["email_consent"]) == (False, False)
    path = f"members/{made['id']}/consents"
    for wrong in ("false", "true", 1, None):
        body = {"channel": "sms", "value": wrong, "source": "pos"}
        assert caller.post(path, body, 422)["code"] == "validation"
    assert caller.get(path)["data"] == []
    answer = caller.post(path, {"channel": "sms", "value": True, "source": "pos", "context": "sal_1"}, 201)
    assert (answer["sms"], answer["email"]) == (True, False)
    [record] = answer["data"]
    assert (record["source"], record["context"], record["wording"]) == ("pos", "sal_1", "1-en")


def test_stop_by_the_api_tells_nothing_about_who_is_a_member(till: Till, people: People, member: Member) -> None:
    caller = Caller(people.le_zinc)
    say(member, True, Source.TABLET)
    known = caller.post("members/stop", {"phone": ALICES_PHONE})
    assert known == caller.post("members/stop", {"phone": "+33698765432"}) == {"accepted": True}
    member.refresh_from_db()
    assert not member.sms_consent


def test_a_link_names_one_member_and_cannot_be_altered(member: Member) -> None:
    now = NOON
    token = consents.unsubscribe_token(
        organisation_id=member.organisation_id, member_id=member.id, channel=Channel.EMAIL, now=now
    )
    assert consents.behind(token, now=now) == (member.organisation_id, member.id, Channel.EMAIL)
    for wrong in (token[:-2] + "xx", "", "a.b", token + "x"):
        with pytest.raises(RuleBroken) as refused:
            consents.behind(wrong, now=now)
        assert refused.value.status == 404


def test_records_of_nobody_are_refused(member: Member) -> None:
    with pytest.raises(RuleBroken) as refused:
        consents.record(
            organisation_id=member.organisation_id,
            member_id=UUID(int=1),
            channel=Channel.SMS,
            value=False,
            source=Source.COUNTER,
            actor="",
            now=NOON,
        )
    assert refused.value.code == "not_found"
