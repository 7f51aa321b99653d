"""Sign up: a link with a signed promise makes an organisation and its owner, once.

Nothing is written before the link is opened by somebody who reads that mailbox: no half account is left behind.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts import configuration, members
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.notes import note
from comptoir.core.mail.send import check_address
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import SealBroken, Sealer

LIFETIME: Final = timedelta(days=7)
PATH: Final = "/sign-up/"
POLICY: Final = "sign_up"
POLICIES: Final = ("first", "open", "closed")
PURPOSE: Final = "sign-up"
LONGEST_NAME: Final = 120


@dataclass(frozen=True)
class SignUp:
    """What a link promises: the organisation that it makes, and the address that it was written for.

    `is_granted`: the operator asked for it, so it works whoever may sign up by himself.
    """

    organisation_id: UUID
    organisation_name: str
    email: str
    is_granted: bool


def policy_now() -> str:
    """`open`, `closed` or `first`: as it was set in the back office, else as COMPTOIR_SIGN_UP says."""
    return str(configuration.value(POLICY, settings.COMPTOIR_SIGN_UP))


def is_open() -> bool:
    """Whether anybody may sign up now: always, never, or as long as nobody is here."""
    policy = policy_now()
    return policy == "open" or (policy == "first" and not User.objects.exists())


def link(*, organisation_name: str, email: str, now: datetime, is_granted: bool = False) -> str:
    """The address of the page that finishes it, good for a week.

    Raises RuleBroken: `address_invalid`, `name_invalid`.
    """
    address = email.strip().lower()
    check_address(address)
    promise = {
        "for": PURPOSE,
        "organisation": str(new_id()),
        "name": check_name(organisation_name),
        "email": address,
        "granted": is_granted,
    }
    return f"{settings.COMPTOIR_URL}{PATH}{Sealer(settings.COMPTOIR_KEYS).sign(promise, expires_at=now + LIFETIME)}"


def check_name(name: str) -> str:
    """The name without stray spaces. Raises RuleBroken (`name_invalid`)."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise RuleBroken(_("An organisation needs a name of at most 120 letters."), code="name_invalid", status=422)
    return clean


def find(token: str, *, now: datetime) -> SignUp | None:
    """What a link promises; None when it is forged, older than a week, used, or not open to anybody any more."""
    try:
        promise = Sealer(settings.COMPTOIR_KEYS).verify(token, now=now)
    except SealBroken:
        return None
    if promise.get("for") != PURPOSE:
        return None
    found = SignUp(UUID(promise["organisation"]), promise["name"], promise["email"], promise["granted"])
    return found if _may_be_made(found) else None


@transaction.atomic
def create(
    sign_up: SignUp,
    *,
    owner: User | None = None,
    name: str = "",
    password: str | None = None,
    language: str = "",
    now: datetime,
) -> User:
    """Make the organisation, and its owner unless he is a user already. Raises RuleBroken (`sign_up_closed`)."""
    with connection.cursor() as cursor:  # two at once on a fresh installation: one is the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('comptoir sign-up'))")
    is_taken = owner is None and User.objects.filter(email=sign_up.email).exists()
    if is_taken or not _may_be_made(sign_up):
        raise RuleBroken(_("This link was used already, or nobody can sign up here now."), code="sign_up_closed")
    person = owner or User.objects.create_user(sign_up.email, password, name=name, language=language)
    made = Organisation.objects.create(id=sign_up.organisation_id, name=sign_up.organisation_name, created_at=now)
    members.give(organisation_id=made.id, user_id=person.pk, role=Role.OWNER, store_ids=None)
    note(
        organisation_id=made.id,
        actor=f"user:{person.pk}",
        what="organisation.created",
        subject=sign_up.email,
        details={"name": made.name},
        now=now,
    )
    return person


def _may_be_made(sign_up: SignUp) -> bool:
    is_used = Organisation.objects.filter(id=sign_up.organisation_id).exists()
    return not is_used and (sign_up.is_granted or is_open())


def first_one(*, organisation_name: str, email: str) -> SignUp:
    """What the very first person signs up for where no mail can be sent. Raises RuleBroken like `link`."""
    check_address(email.strip().lower())
    return SignUp(new_id(), check_name(organisation_name), email.strip().lower(), is_granted=False)
