"""What a page was asked about; what is not theirs answers 404."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import listing
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest


def payment_of(request: OrganisationRequest, text: str) -> GuestPayment:
    """Raises RuleBroken (404)."""
    identifier = parse_id("gpay", text)
    found = listing.payment(request.organisation.id, identifier, store_ids=request.store_ids)
    if found is None:
        raise nothing()
    return found


def order_of(request: OrganisationRequest, text: str) -> Order:
    """Raises RuleBroken (404)."""
    found = listing.order(request.organisation.id, parse_id("ord", text), store_ids=request.store_ids)
    if found is None:
        raise nothing()
    return found


def integration_of(request: OrganisationRequest, text: str) -> Integration:
    """Raises RuleBroken (404)."""
    identifier = parse_id("int", text)
    mine = listing.integrations(request.organisation.id, store_ids=request.store_ids)
    found = next((each for each in mine if each.id == identifier), None)
    if found is None:
        raise nothing()
    return found


def seen(request: HttpRequest) -> int:
    """How many lines of the till the page showed as perhaps the payment itself, when its button was pressed (E38)."""
    said = request.POST.get("seen", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0


def actor(request: OrganisationRequest) -> str:
    """Who does it, as the journal names them."""
    return f"user:{request.user.pk}"


def nothing() -> RuleBroken:
    """The answer for what does not exist, or not for this person."""
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
