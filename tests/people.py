"""Alice owns *Le Zinc*, Bob works there, Charlie owns another organisation and must see nothing of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

import pytest
from django.test import Client

from comptoir.core.accounts.models import Membership, Organisation, Store, User
from comptoir.core.accounts.roles import Role

JOINED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Three people, two organisations, one store each."""

    alice: User
    bob: User
    charlie: User
    le_zinc: Organisation
    chez_charlie: Organisation
    bar: Store
    shop: Store

    def client(self, user: User) -> Client:
        """A browser without scripts in which this person is signed in."""
        client = Client()
        client.force_login(user)
        return client


def create_store(organisation: Organisation, name: str, *, timezone: str = "Europe/Paris") -> Store:
    return Store.objects.create(
        organisation=organisation,
        name=name,
        timezone=timezone,
        currency="EUR",
        country="FR",
        day_start=time(4),
        created_at=JOINED,
    )


def create_member(organisation: Organisation, name: str, role: Role) -> User:
    user = User.objects.create_user(f"{name.lower()}@example.com", name=name)
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


@pytest.fixture
def people(db: None) -> People:
    return create_people()


def create_people() -> People:
    le_zinc = Organisation.objects.create(name="Le Zinc", created_at=JOINED)
    chez_charlie = Organisation.objects.create(name="Chez Charlie", created_at=JOINED)
    return People(
        alice=create_member(le_zinc, "Alice", Role.OWNER),
        bob=create_member(le_zinc, "Bob", Role.STAFF),
        charlie=create_member(chez_charlie, "Charlie", Role.OWNER),
        le_zinc=le_zinc,
        chez_charlie=chez_charlie,
        bar=create_store(le_zinc, "Le Zinc"),
        shop=create_store(chez_charlie, "Chez Charlie"),
    )
