"""What became of a sale in the programme, in a few words: for the inbox and the page of a sale."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.loyalty import phones, wording
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.points import Reason, State
from comptoir.core.installations.manifest import Trace


def traces(organisation_id: UUID, sale_ids: Collection[UUID]) -> dict[UUID, Trace]:
    """Numbers are masked: whoever may see a sale may not see whose it is."""
    offers = list(Offer.objects.filter(organisation_id=organisation_id, sale_id__in=sale_ids))
    owners = {offer.member_id for offer in offers if offer.member_id}
    members = Member.objects.filter(organisation_id=organisation_id, id__in=owners)
    numbers = dict(members.values_list("id", "phone"))
    return {offer.sale_id: _trace(offer, numbers.get(offer.member_id or offer.id, "")) for offer in offers}


def _trace(offer: Offer, phone: str) -> Trace:
    state, points = State(offer.state), wording.points(offer.points)
    if offer.member_id is not None:
        whose = phones.masked(phone) if phone else _("a former member")
        return Trace("ok", _("%(points)s credited to %(member)s") % {"points": points, "member": whose})
    if state is State.OPEN:
        return Trace("info", _("%(points)s wait for their guest") % {"points": points})
    reason = wording.REASONS[Reason(offer.reason)]
    return Trace("off", _("No points: %(reason)s") % {"reason": reason} if reason else _("No points"))
