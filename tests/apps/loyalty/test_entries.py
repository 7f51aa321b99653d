"""The ledger of points keeps what was written."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.models import Entry, Kind, Offer
from tests.apps.loyalty.till import BOBS_PHONE, Till, bill
from tests.people import People


@pytest.fixture
def offer(till: Till) -> Offer:
    till.sends(bill("A1", "20.00"))
    till.claim("A1")
    return till.offer("A1")


@pytest.mark.parametrize("change", [lambda rows: rows.update(points=1), lambda rows: rows.delete()])
def test_an_entry_is_never_changed_or_removed(offer: Offer, change: object) -> None:
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        change(Entry.objects.all())  # type: ignore[operator]
    assert Entry.objects.get().points == 20


def again(offer: Offer, kind: Kind, position: int) -> None:
    from comptoir.apps.loyalty.programmes import version

    assert offer.member_id is not None
    rule = version(offer.organisation_id, 1).rule
    with transaction.atomic():
        entries.append(
            offer=offer,
            kind=kind,
            points=5,
            position=position,
            rule=rule,
            actor="",
            now=offer.updated_at,
            member_id=offer.member_id,
        )


def test_a_sale_earns_at_most_once_by_constraint(offer: Offer) -> None:
    with pytest.raises(IntegrityError, match="one_earn_per_sale"):
        again(offer, Kind.EARN, 1)


def test_two_writers_of_one_position_cannot_both_add(offer: Offer) -> None:
    again(offer, Kind.REVERSAL, 1)
    with pytest.raises(IntegrityError, match="one_entry_per_position_of_a_sale"):
        again(offer, Kind.REVERSAL, 1)


def test_points_cannot_go_to_a_member_of_another_organisation(offer: Offer, people: People) -> None:
    with pytest.raises(IntegrityError, match="entry_member"):
        with transaction.atomic():
            Entry.objects.create(
                organisation=people.chez_charlie,
                member_id=offer.member_id,
                kind="opening",
                points=5,
                created_at=offer.updated_at,
            )


def test_two_members_have_two_balances(till: Till, offer: Offer) -> None:
    till.sends(bill("A2", "7.00"))
    other = till.claim("A2", BOBS_PHONE)
    assert other.balance == 7
    assert offer.member_id is not None
    assert entries.balance(till.organisation.id, offer.member_id) == 20
