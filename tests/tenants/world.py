"""Three people, two stores and two organisations, with the ids of everything that has an address."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.test import Client

from comptoir.core.accounts.models import Membership, Store, User
from comptoir.core.accounts.roles import Role
from tests.people import People

OF_THE_STORE = "Secretcellar"
OF_THE_ORGANISATION = "Zincaccount"
NOW = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)


@dataclass
class World:
    """Alice owns it, Bob was given the terrace alone, Charlie owns another organisation."""

    people: People
    cellar: Store
    terrace: Store
    membership: Membership
    of_the_store: str = OF_THE_STORE
    of_the_organisation: str = OF_THE_ORGANISATION
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
