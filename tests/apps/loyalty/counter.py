"""A tablet at the counter, paired and linked to the till's register."""

from datetime import timedelta
from uuid import UUID

from comptoir.apps.loyalty import showings
from comptoir.apps.loyalty.devices import Register, Showing, Tablet
from comptoir.apps.loyalty.tablets import linking, pairing
from tests.apps.loyalty.till import NOON, Till, bill


def paired(till: Till, name: str = "Counter") -> tuple[Tablet, str]:
    """A tablet of the till's store and its token."""
    code = pairing.new_code(
        organisation_id=till.organisation.id, store_id=till.store.id, name=name, actor="user:1", now=till.now
    )
    tablet, token = pairing.pair(code=code.code, address="192.0.2.1", now=till.now)
    return tablet, token.reveal()


def linked(till: Till, name: str = "Counter") -> Tablet:
    """A tablet linked to the register of an order an hour ago."""
    before, till.now = till.now, NOON - timedelta(hours=1)
    if not Register.objects.exists():
        till.sends(bill("A0", "5.00", at=till.now))
    tablet, _token = paired(till, name)
    register = Register.objects.get(device_id="device-1")
    tablet = linking.link(
        organisation_id=till.organisation.id, tablet_id=tablet.id, register_id=register.id, now=till.now
    )
    till.now = before
    return tablet


def shown(till: Till, tablet: Tablet) -> str:
    """The number of the bill that the tablet shows, or nothing."""
    return number_of(till, showings.current(till.organisation.id, register_of(tablet), now=till.now))


def before_it(till: Till, tablet: Tablet) -> str:
    """The number of the bill behind *Previous order*, or nothing."""
    return number_of(till, showings.previous(till.organisation.id, register_of(tablet), now=till.now))


def register_of(tablet: Tablet) -> UUID:
    assert tablet.register_id
    return tablet.register_id


def number_of(till: Till, row: Showing | None) -> str:
    return "" if row is None else next(each.external_id for each in till.offers() if each.id == row.offer_id)


def state_of(till: Till, number: str) -> str:
    """Where a bill stands on the tablets."""
    return Showing.objects.get(organisation=till.organisation, offer_id=till.offer(number).id).state
