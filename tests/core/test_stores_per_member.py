"""A member is given all stores or chosen ones, of the same organisation: the database sees to it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from comptoir.core.accounts.models import Membership, MembershipStore
from comptoir.core.accounts.reach import visible_stores
from comptoir.core.accounts.stores import is_visible, stores
from comptoir.web.membership import current_membership
from tests.people import People, create_store


def test_a_store_of_another_organisation_cannot_be_given(people: People) -> None:
    bobs = Membership.objects.get(user=people.bob)
    for organisation in (people.le_zinc, people.chez_charlie):
        with pytest.raises(IntegrityError), transaction.atomic():
            MembershipStore.objects.create(organisation=organisation, membership=bobs, store=people.shop)


def test_an_owner_always_has_all_stores(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=people.alice).update(all_stores=False)


def test_chosen_stores_go_with_the_membership_and_with_the_store(people: People) -> None:
    bobs = Membership.objects.get(user=people.bob)
    terrace = create_store(people.le_zinc, "Terrace")
    for store in (people.bar, terrace):
        MembershipStore.objects.create(organisation=people.le_zinc, membership=bobs, store=store)
    terrace.delete()
    assert [each.store_id for each in MembershipStore.objects.all()] == [people.bar.id]
    bobs.delete()
    assert not MembershipStore.objects.exists()


def test_a_page_knows_the_stores_at_no_cost_of_its_own(people: People, django_assert_num_queries: object) -> None:
    bobs = Membership.objects.get(user=people.bob)
    tokyo = create_store(people.le_zinc, "Tokyo", timezone="Asia/Tokyo")
    Membership.objects.filter(pk=bobs.pk).update(all_stores=False)
    request = RequestFactory().get("/")
    request.user, request.session = people.bob, {}  # type: ignore[assignment]
    for chosen in ([], [tokyo]):
        for store in chosen:
            MembershipStore.objects.create(organisation=people.le_zinc, membership=bobs, store=store)
        request.META.pop("comptoir.memberships", None)
        with django_assert_num_queries(1):  # type: ignore[operator]
            found = current_membership(request)
            assert found is not None
            assert visible_stores(found) == {store.id for store in chosen}
    assert found.zone == "Asia/Tokyo"  # type: ignore[attr-defined]


def test_what_can_be_seen(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    organisation_id = people.le_zinc.id
    assert stores(organisation_id) == [people.bar, terrace]
    assert stores(organisation_id, store_ids=[terrace.id, people.shop.id]) == [terrace]
    assert stores(organisation_id, store_ids=[]) == []
    assert is_visible(None, None)
    assert not is_visible([terrace.id], None)
