"""Help: what is wrong now and the way out, the guide of the page one comes from, the log, and a message to people."""

from typing import Final

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.core.health.lights import health
from comptoir.core.mail.send import send
from comptoir.kernel.ids import public_id
from comptoir.web import guides, health_words, support_log
from comptoir.web.shell import ROLE_NAMES, OrganisationRequest, page
from comptoir.web.templatetags.parts import request_id
from comptoir.web.toasts import toast

LONGEST: Final = 4000


class MessageForm(forms.Form):
    """What somebody wants to say to the operator."""

    message = forms.CharField(
        label=gettext_lazy("Your message"),
        help_text=gettext_lazy("What did you want to do, and what happened instead?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@require_http_methods(["GET", "POST"])
@page("overview.view")
def support(request: OrganisationRequest) -> HttpResponse:
    """The page; its inside alone when HTMX asks for the panel."""
    now = timezone.now()
    came_from = _local(request.GET.get("from", ""))
    log = support_log.written(
        request.organisation.id, page=came_from, request_id=request_id(), now=now, store_ids=request.store_ids
    )
    form = MessageForm(request.POST if request.method == "POST" else None)
    if settings.COMPTOIR_OPERATOR_EMAIL and form.is_valid():
        if not ratelimit.consume(request, action="help", user=request.user):
            refused: HttpResponse = ratelimit.respond_429(request)
            return refused
        number = _mail(request, form.cleaned_data["message"], came_from, log)
        toast(request, _("Sent. Your message has the number %(number)s.") % {"number": number})
        return redirect(came_from)
    troubles = health(request.organisation.id, now=now, store_ids=request.store_ids).troubles
    values = {
        "troubles": [health_words.tell(each, request.role) for each in troubles],
        "guide": guides.guide(came_from),
        "log": log,
        "form": form,
        "came_from": came_from,
        "email": settings.COMPTOIR_OPERATOR_EMAIL,
        "phone": settings.COMPTOIR_OPERATOR_PHONE,
        "hours": settings.COMPTOIR_OPERATOR_HOURS,
    }
    is_part = "HX-Request" in request.headers
    template = "web/help/panel.html" if is_part else "web/help/page.html"
    return render(request, template, values, status=422 if form.is_bound else 200)


def _local(path: str) -> str:
    """The page somebody came from, if it is one of ours. What follows a `?` may be a secret on its way."""
    path = path.partition("?")[0]
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else reverse("overview")


def _mail(request: OrganisationRequest, message: str, came_from: str, log: str) -> str:
    """The number of the message: the correlation id that the log of the house has too."""
    number = request_id()
    send(
        template="mails/support",
        to=settings.COMPTOIR_OPERATOR_EMAIL,
        reply_to=request.user.email,
        language=get_language() or "en",
        organisation_id=request.organisation.id,
        now=timezone.now(),
        context={
            "message": message,
            "person": str(request.user),
            "address": request.user.email,
            "role": ROLE_NAMES[request.role],
            "organisation": request.organisation.name,
            "organisation_id": public_id("org", request.organisation.id),
            "page": came_from,
            "number": number,
            "log": log,
            "url": settings.COMPTOIR_URL.rstrip("/") + came_from,
        },
    )
    return number
