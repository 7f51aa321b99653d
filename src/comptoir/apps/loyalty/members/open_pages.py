"""The page behind the unsubscribe link of a mail: open to whoever has the link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.members.consents import Source
from comptoir.core.accounts.models import Organisation
from comptoir.kernel.errors import RuleBroken
from comptoir.web.open_pages import kept_private


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the link is the proof, and no is all it can say
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, since scanners look; POST ends it at once, for all stores."""
    now = timezone.now()
    state, name = "gone", ""
    try:
        organisation_id, member_id, channel = consents.behind(token, now=now)
        name = Organisation.objects.get(id=organisation_id).name
        state = "ask"
        if request.method == "POST":
            consents.record(
                organisation_id=organisation_id,
                member_id=member_id,
                channel=channel,
                value=False,
                source=Source.UNSUBSCRIBE,
                actor="",
                now=now,
            )
            state = "done"
    except (RuleBroken, Organisation.DoesNotExist) as error:
        # Somebody who was erased gets nothing any more: that is what they came for.
        state = "done" if isinstance(error, RuleBroken) and error.code == "person_erased" else "gone"
    values = {"state": state, "organisation": name}
    status = 404 if state == "gone" else 200
    return kept_private(render(request, "loyalty/members/unsubscribe.html", values, status=status))
