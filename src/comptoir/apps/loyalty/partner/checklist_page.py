"""The checklist of each partner, as its calls turn it green."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comptoir.apps.loyalty.partner import checklist as checks
from comptoir.core.accounts.partners import requests
from comptoir.core.accounts.roles import may
from comptoir.web.parts import Step
from comptoir.web.shell import OrganisationRequest, page


@require_GET
@page("loyalty.rewards")
def checklist(request: OrganisationRequest) -> HttpResponse:
    """What each partner has shown so far."""
    rows = []
    for each in requests.of(request.organisation.id):
        found = checks.points(request.organisation.id, each.client_id)
        steps = [Step(point.words, "done" if point.first_at else "waiting", at=point.first_at) for point in found]
        rows.append((each.client.name, steps, sum(point.first_at is not None for point in found), len(found)))
    return render(
        request,
        "loyalty/partner_checklist.html",
        {
            "rows": rows,
            "is_sandbox": request.organisation.is_sandbox,
            "may_see_messages": may(request.role, "loyalty.manage"),
        },
    )
