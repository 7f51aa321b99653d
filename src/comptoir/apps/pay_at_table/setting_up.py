"""Set an integration up: which place of which till, under which methods, and when it may be switched on (2.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks, happenings, patience, plans, rights, waking
from comptoir.apps.pay_at_table.models import ENDS, GuestPayment, Integration
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.core.connections import grants
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability, ReadsPaymentMethods, ReadsStaff
from comptoir.pos.people import StaffMember
from comptoir.pos.places import PaymentMethod

NEEDED: Final = frozenset({Capability.CHECKS, Capability.PAYMENTS})
SETTINGS: Final = (
    "name",
    "card_method",
    "voucher_method",
    "emails",
    "staff_id",
    "register_id",
    "tip_to_pos",
    "tells_till",
    "lifetime_s",
    "least_part",
    "language",
    "quiet_from",
    "quiet_until",
)
LABELS: Final = {"card_method": "card_label", "voucher_method": "voucher_label"}


@dataclass(frozen=True)
class Place:
    """A linked place of a till that takes payments from outside; `taken` is the integration it has already, `why_not`
    the reason, in words, why none can be added."""

    link: LocationLink
    store: Store
    taken: Integration | None
    why_not: str = ""


@dataclass(frozen=True)
class AtTheTill:
    """What the till offers to choose from, read just now."""

    methods: tuple[PaymentMethod, ...]
    staff: tuple[StaffMember, ...]


def places(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> list[Place]:
    """Where an integration can be, by the name of the store."""
    able = [each.manifest.slug for each in registry.connectors() if each.manifest.capabilities >= NEEDED]
    links = LocationLink.objects.filter(organisation_id=organisation_id, provider__in=able, store__isnull=False)
    if store_ids is not None:
        links = links.filter(store_id__in=store_ids)
    mine = Integration.objects.filter(organisation_id=organisation_id)
    taken = {(each.store_id, each.location_id): each for each in mine}
    return [
        Place(each, each.store, taken.get((each.store.id, each.external_id)))
        for each in links.select_related("store", "connection").order_by("store__name", "id")
        if each.store is not None
    ]


def free_places(organisation_id: UUID, *, store_ids: Collection[UUID] | None, provider: str = "") -> list[Place]:
    """Those without an integration, as the till shows them now (F11): one that vanished, or whose account may not take
    payments, says so. An account that cannot be asked just now is believed."""
    every = places(organisation_id, store_ids=store_ids)
    free = [each for each in every if each.taken is None and provider in {"", each.link.provider}]
    shown = {each.link.connection_id: _shown_by(each.link.connection) for each in free}
    return [replace(each, why_not=_why_not(each.link, shown[each.link.connection_id])) for each in free]


def _shown_by(connection: Connection) -> set[str] | None:
    """The places that an account has now, by the till's ids; None where it cannot be asked in time."""

    def read() -> set[str]:
        with open_vendor(connection) as vendor:
            return {each.external_id for each in vendor.locations()}

    try:
        return patience.in_time(read, lambda: None)[0]
    except ComptoirError:
        return None


def _why_not(link: LocationLink, shown: set[str] | None) -> str:
    if grants.lacks_partners(link.connection):
        return rights.words_of(link.connection)[0]
    return "" if shown is None or link.external_id in shown else _("Lightspeed no longer shows this place.")


def at_the_till(integration: Integration) -> AtTheTill:
    """Methods and people as the till has them now. Raises the vendor's errors; RuleBroken `location_gone` where the
    account has the place no more (F11)."""
    with checks.at_the_till(integration) as (vendor, location):
        if all(each.external_id != location.external_id for each in vendor.locations()):
            raise RuleBroken(_("Lightspeed no longer shows this place."), code="location_gone", status=409)
        methods = cast(ReadsPaymentMethods, vendor).payment_methods(location)
        staff = tuple(each for each in cast(ReadsStaff, vendor).staff(location) if each.active and each.uses_till)
    return AtTheTill(methods, staff)


def save(integration: Integration, values: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """Keep settings; a payment under way keeps those it was sent with (E30). Raises RuleBroken `name_taken`."""
    changed = [name for name in SETTINGS if name in values]
    for method, label in LABELS.items():
        if method in changed and values[method] != getattr(integration, method):
            setattr(integration, label, "")  # the till is asked below
            changed.append(label)
    for name in SETTINGS:
        if name in values:
            setattr(integration, name, values[name])
    try:
        with transaction.atomic():
            integration.save(update_fields=changed)
            note(
                organisation_id=integration.organisation_id,
                actor=actor,
                what="table.settings_saved",
                subject=integration.public_id,
                now=now,
            )
    except IntegrityError as error:
        words = _("Another integration is called %(name)s.") % {"name": integration.name}
        raise RuleBroken(words, code="name_taken", status=409) from error
    waking.check_soon(integration)


def enable(integration: Integration, *, actor: str, now: datetime) -> None:
    """Switch it on; refused only without connection, location or card method. Raises RuleBroken."""
    if missing := in_the_way(integration):
        raise RuleBroken(missing, code="not_ready", status=409)
    try:
        with transaction.atomic():
            integration.enabled = True
            integration.save(update_fields=["enabled"])
            plans.begin(integration, now=now)
            _tell(integration, "integration.enabled", actor, now)
    except IntegrityError as error:
        words = _("This place of the till has another integration that is on. Switch that one off first.")
        raise RuleBroken(words, code="location_taken", status=409) from error
    waking.check_soon(integration)
    waking.read_soon(integration)


def disable(integration: Integration, *, actor: str, now: datetime) -> int:
    """No new holds; payments that are open go on (E31). Returns how many those are."""
    with transaction.atomic():
        integration.enabled = False
        integration.save(update_fields=["enabled"])
        _tell(integration, "integration.disabled", actor, now)
    mine = GuestPayment.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, is_test=False
    )
    return mine.exclude(state__in=ENDS).count()


def partial(integrations: Collection[Integration]) -> dict[UUID, list[str]]:
    """What does not work because Lightspeed granted less than it was asked for, in words, by integration; those that
    have all they need are not in it (E55)."""
    words = {each.id: rights.words_of(each) for each in _connected(integrations).values()}
    return {each.id: words[each.connection_id] for each in integrations if words.get(each.connection_id)}


def _connected(integrations: Collection[Integration]) -> dict[UUID, Connection]:
    """Their connections, without the tokens, where Lightspeed still lets us in."""
    rows = Connection.objects.filter(
        organisation_id__in={each.organisation_id for each in integrations},
        id__in={each.connection_id for each in integrations},
        status=Connection.Status.CONNECTED,
    )
    return {each.id: each for each in rows.defer("access_token", "refresh_token")}


def in_the_way(integration: Integration) -> str:
    """The one thing without which it cannot be switched on, in words; "" when nothing is."""
    found = unreachable([integration]).get(integration.id, "")
    return found or ("" if integration.card_method else _("Choose the payment method for cards first."))


def unreachable(integrations: Collection[Integration]) -> dict[UUID, str]:
    """Why the till of an integration cannot be asked, in words, by integration; those that can be are not in it."""
    mine = {"organisation_id__in": {each.organisation_id for each in integrations}}
    connected = _connected(integrations)
    links = LocationLink.objects.filter(**mine, connection_id__in=connected)
    feeding = set(links.values_list("connection_id", "external_id", "store_id"))
    found = {}
    for each in integrations:
        if each.connection_id not in connected:
            found[each.id] = _("The till is not connected. Connect it again first.")
        elif (each.connection_id, each.location_id, each.store_id) not in feeding:
            found[each.id] = _("The place of the till feeds another store now. Link it again first.")
        elif grants.lacks_partners(connected[each.connection_id]):
            found[each.id] = rights.words_of(connected[each.connection_id])[0]
    return found


def _tell(integration: Integration, kind: str, actor: str, now: datetime) -> None:
    happenings.say(kind, organisation_id=integration.organisation_id, integration_id=integration.id, now=now)
    note(
        organisation_id=integration.organisation_id,
        actor=actor,
        what=f"table.{kind.replace('integration.', '')}",
        subject=integration.public_id,
        now=now,
    )
