"""The one question to a new member on a tablet: may we write to you? Asked after the claim, never ticked for them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.devices import Tablet, TabletClaim
from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.models import Offer
from comptoir.apps.loyalty.persons import Consent
from comptoir.apps.loyalty.tablets.claiming import actor
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id

ANSWER_WITHIN: Final = timedelta(minutes=5)


@transaction.atomic
def answered(*, tablet: Tablet, key: str, sms: bool, now: datetime) -> None:
    """What whoever collected under this key, and became a member by it, said about SMS.

    Raises RuleBroken: `not_found` (404, nothing was collected under this key, or it was undone, or by a member of
    before: they were asked then), `too_late` (409).
    """
    found = _collected(tablet, key)
    if found is None or not found[0].answer["is_new"]:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    made, offer, member_id = found
    if now - made.made_at > ANSWER_WITHIN:
        raise RuleBroken(_("This can be answered for five minutes only. The staff can still help."), code="too_late")
    consents.record(
        organisation_id=tablet.organisation_id,
        member_id=member_id,
        channel=Channel.SMS,
        value=sms,
        source=Source.TABLET,
        actor=actor(tablet),
        now=now,
        context=public_id("sal", offer.sale_id),
    )


@transaction.atomic
def withdraw(*, tablet: Tablet, key: str, now: datetime) -> None:
    """A claim is about to be undone: it was not their number, so a yes that came with it was not theirs to give."""
    found = _collected(tablet, key)
    if found is None:
        return
    made, offer, member_id = found
    said = Consent.objects.filter(
        organisation_id=tablet.organisation_id,
        member_id=member_id,
        source=Source.TABLET,
        value=True,
        recorded_at__gte=made.made_at,
        context=public_id("sal", offer.sale_id),
    )
    if said.exists():
        consents.record(
            organisation_id=tablet.organisation_id,
            member_id=member_id,
            channel=Channel.SMS,
            value=False,
            source=Source.TABLET,
            actor=actor(tablet),
            now=now,
            context=public_id("sal", offer.sale_id),
        )


def _collected(tablet: Tablet, key: str) -> tuple[TabletClaim, Offer, UUID] | None:
    """What was collected under this key and still is, and by whom."""
    rows = TabletClaim.objects.filter(organisation_id=tablet.organisation_id, tablet_id=tablet.id, key=key)
    made = rows.filter(undone_at=None).first()
    if made is None:
        return None
    offer = Offer.objects.filter(organisation_id=tablet.organisation_id, id=made.offer_id).first()
    if offer is None or offer.member_id is None or offer.claimed_at != made.made_at:
        return None
    return made, offer, offer.member_id
