"""What is known of a member: made, changed with before and after, and put back (loyalty.md 1.1, 1.3)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Change
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id

GENDERS: Final = ("man", "woman", "undisclosed", "other")
LONGEST: Final = {"first_name": 80, "last_name": 80, "email": 254, "source": 40, "note": 2000}
MOST_TAGS: Final = 20
LONGEST_TAG: Final = 40
FIELDS: Final = ("phone", *LONGEST, "gender", "birthday", "tags")
EARLIEST: Final = date(1900, 1, 1)
UNDO_WITHIN: Final = timedelta(days=30)
EVENTS: Final = {"created": emitting.CREATED, "anonymised": emitting.ERASED}
"""What partners hear of a change; of any other, that the customer was updated."""


class MemberExists(RuleBroken):
    """Another member of the organisation has this number: `member_id` says who. 409 `customer_exists`."""

    def __init__(self, member_id: UUID) -> None:
        super().__init__(_("Another member has this number."), code="customer_exists")
        self.member_id = member_id

    @property
    def public_id(self) -> str:
        """`mem_…`"""
        return public_id("mem", self.member_id)


def cleaned(fields: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """These fields as they are kept; null empties one. Raises RuleBroken `field_invalid` (422) that names the field."""
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "birthday":
                kept[name] = _birthday(value, today)
            case "tags":
                kept[name] = tags(value or [])
            case "gender":
                if value and value not in GENDERS:
                    raise _invalid(_("Gender is one of man, woman, undisclosed, other."))
                kept[name] = value or ""
            case "phone":
                kept[name] = value
            case _:
                kept[name] = _text(name, value or "")
    return kept


def tags(said: list[str]) -> list[str]:
    """Trimmed, each once, in the order given."""
    kept = list(dict.fromkeys(tag for each in said if (tag := " ".join(each.split()))))
    if len(kept) > MOST_TAGS or any(len(each) > LONGEST_TAG or "\0" in each for each in kept):
        raise _invalid(_("At most 20 tags of at most 40 characters."))
    return kept


@transaction.atomic
def create(
    *,
    organisation_id: UUID,
    store_id: UUID,
    phone: str,
    actor: str,
    now: datetime,
    fields: Mapping[str, Any] | None = None,
) -> Member:
    """A new member with this number (E.164). Raises MemberExists (409), and RuleBroken as `cleaned`."""
    known = cleaned(fields or {}, today=now.date())
    member = Member(
        organisation_id=organisation_id, phone=phone, store_id=store_id, enrolled_at=now, enrolled_by=actor, **known
    )
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        raise MemberExists(_owner(organisation_id, phone).id) from None
    _note(member, "created", actor, now, {}, {"phone": phone, **known})
    notify_live(organisation_id, "loyalty")
    return member


@transaction.atomic
def update(
    *,
    organisation_id: UUID,
    member_id: UUID,
    fields: Mapping[str, Any],
    actor: str,
    now: datetime,
    what: str = "edited",
) -> Change | None:
    """Change what is given, leave the rest; None when nothing is different. A phone is E.164 by now.

    Raises RuleBroken: `not_found` (404), `person_erased` (409), `field_invalid` (422); MemberExists (409) when another
    member has the number: two records become one by `merging` alone, never here.
    """
    known = cleaned(fields, today=now.date())
    member = locked(organisation_id, member_id)
    before = {name: plain(getattr(member, name)) for name in known}
    after = {name: plain(value) for name, value in known.items()}
    differ = [name for name in known if before[name] != after[name]]
    if not differ:
        return None
    for name in differ:
        setattr(member, name, known[name])
    if "phone" in differ:
        member.receives_sms = True
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError:
        raise MemberExists(_owner(organisation_id, str(known["phone"])).id) from None
    notify_live(organisation_id, "loyalty")
    return _note(
        member, what, actor, now, {name: before[name] for name in differ}, {name: after[name] for name in differ}
    )


@transaction.atomic
def undo(*, organisation_id: UUID, member_id: UUID, change_id: UUID, actor: str, now: datetime) -> None:
    """Put back what one edit changed, as far as nobody changed it since. Once more changes nothing.

    Raises RuleBroken: `not_found` (404), `too_late` (409), `changed_since` (409), and MemberExists.
    """
    member = locked(organisation_id, member_id)
    rows = Change.objects.select_for_update().filter(organisation_id=organisation_id, member_id=member_id)
    change = rows.filter(id=change_id, what="edited").first()
    if change is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if change.undone_at is not None:
        return
    if now - change.at > UNDO_WITHIN:
        raise RuleBroken(_("A change can be undone for 30 days."), code="too_late")
    if any(plain(getattr(member, name)) != value for name, value in change.after.items()):
        raise RuleBroken(_("This was changed again since: look at the latest change."), code="changed_since")
    update(
        organisation_id=organisation_id,
        member_id=member_id,
        fields={name: _read(name, value) for name, value in change.before.items()},
        actor=actor,
        now=now,
        what="undone",
    )
    change.undone_at = now
    change.save(update_fields=["undone_at"])


def locked_person(organisation_id: UUID, member_id: UUID) -> Member:
    """A member that is ours alone until the transaction ends. Raises RuleBroken (404, 409 `person_erased`)."""
    entries.lock(organisation_id, [member_id])
    member = Member.objects.filter(organisation_id=organisation_id, id=member_id).first()
    if member is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if member.erased_at is not None:
        raise RuleBroken(_("The data of this person was erased."), code="person_erased")
    return member


def locked(organisation_id: UUID, member_id: UUID) -> Member:
    """The same, unless another record took it over. Raises RuleBroken as well: `member_merged` (409)."""
    member = locked_person(organisation_id, member_id)
    if member.merged_into is not None:
        raise RuleBroken(_("This member was merged into another one."), code="member_merged")
    return member


def note(member: Member, *, what: str, actor: str, now: datetime, after: Mapping[str, Any] | None = None) -> Change:
    """Write down that something was done to a member."""
    return _note(member, what, actor, now, {}, dict(after or {}))


def changes(organisation_id: UUID, member_id: UUID) -> list[Change]:
    """What was changed of a member, the latest first."""
    return list(Change.objects.filter(organisation_id=organisation_id, member_id=member_id).order_by("-id"))


def _note(
    member: Member, what: str, actor: str, now: datetime, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Change:
    event = EVENTS.get(what, emitting.UPDATED)
    emitting.emit(member.organisation_id, event, member_id=member.id, now=now)
    return Change.objects.create(
        organisation_id=member.organisation_id,
        member_id=member.id,
        at=now,
        actor=actor,
        what=what,
        before={name: plain(value) for name, value in before.items()},
        after={name: plain(value) for name, value in after.items()},
    )


def _owner(organisation_id: UUID, phone: str) -> Member:
    return Member.objects.get(organisation_id=organisation_id, phone=phone)


def plain(value: Any) -> Any:
    """A value of a member as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birthday" and value else value


def _birthday(value: Any, today: date) -> date | None:
    if value in (None, ""):
        return None
    try:
        day: date = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        raise _invalid(_("A birthday is a day such as 1990-12-31.")) from None
    if not EARLIEST <= day < today:
        raise _invalid(_("A birthday lies in the past."))
    return day


def _text(name: str, value: str) -> str:
    kept = value.strip() if name == "note" else " ".join(value.split())
    if len(kept) > LONGEST[name] or "\0" in kept:
        raise _invalid(_("%(field)s: at most %(number)s characters.") % {"field": name, "number": LONGEST[name]})
    if name == "email" and kept:
        try:
            validate_email(kept)
        except ValidationError:
            raise _invalid(_("This is not a whole e-mail address.")) from None
        return kept.lower()
    return kept


def _invalid(words: str) -> RuleBroken:
    return RuleBroken(words, code="field_invalid", status=422)
