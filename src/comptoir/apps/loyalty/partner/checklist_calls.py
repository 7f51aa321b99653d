"""`/partner/v1/checklist`: what a partner has shown so far, as his own tests can read it."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from comptoir.apps.loyalty.partner import checklist
from comptoir.apps.loyalty.partner.api import ErrorOut, Scope, caller

router = Router(tags=["Token and stores"])


class PointOut(Schema):
    """One point of the checklist; `done_at` is null until a call has shown it."""

    name: str
    words: str
    done_at: datetime | None


@router.get(
    "/checklist", response={200: list[PointOut], 401: ErrorOut, 403: ErrorOut, 429: ErrorOut}, auth=Scope("store.read")
)
def get_checklist(request: HttpRequest) -> list[PointOut]:
    """The checklist of your till for this brand: each point turns green by a call."""
    found = caller(request)
    return [
        PointOut(name=each.name, words=str(each.words), done_at=each.first_at)
        for each in checklist.points(found.organisation_id, found.client_id)
    ]
