"""`python -m bench.pages.house`: a restaurant with two hundred registers, and its owner, signed in."""

import json
from typing import Any

from comptoir.cli import house


def signed_in(user: Any) -> dict[str, str]:
    """The cookie of a session of this user."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or ""}


def main() -> None:
    """Make it, and print the cookie of the session."""
    from django.contrib.auth import get_user_model

    from bench.tablet import counters
    from comptoir.core.accounts.models import Membership, Organisation
    from comptoir.core.accounts.roles import Role

    counters.make(200)
    alice = get_user_model().objects.create_user("alice@example.com", name="Alice")
    Membership.objects.create(organisation=Organisation.objects.get(), user=alice, role=Role.OWNER)
    print(json.dumps(signed_in(alice)))


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    main()
