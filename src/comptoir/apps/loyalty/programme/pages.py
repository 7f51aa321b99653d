"""The programme's pages: what it says and said, and changing it with an example that follows every key."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.apps.loyalty import programmes, reads
from comptoir.apps.loyalty import wording as loyalty_wording
from comptoir.apps.loyalty.programme import wording
from comptoir.apps.loyalty.programme.forms import ProgrammeForm, as_initial
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("loyalty.view")
def programme(request: OrganisationRequest) -> HttpResponse:
    """What the programme says now, with bills as examples, and every version there was or will be."""
    now, currency = timezone.now(), _currency(request)
    versions = programmes.versions(request.organisation.id, now=now)
    current = versions.in_force(now)
    ordered = sorted(versions.rows, key=lambda row: (row.effective_from, row.version), reverse=True)
    values = {
        "rule": loyalty_wording.rule(current.rule, currency),
        "example": wording.example(current.rule, currency),
        "examples": wording.examples(current.rule, currency),
        "terms": wording.terms(current),
        "versions": [
            (row, loyalty_wording.rule(row.rule, currency), wording.terms(row), row.version == current.version)
            for row in ordered
        ],
        "people": reads.names_of(request.organisation.id, {row.created_by for row in ordered}),
        "since_always": programmes.SINCE_ALWAYS,
        "may_manage": may(request.role, "loyalty.manage"),
    }
    return render(request, "loyalty/programme/programme.html", values)


@require_http_methods(["GET", "POST"])
@page("loyalty.manage")
def change(request: OrganisationRequest) -> HttpResponse:
    """The programme as a form; POST makes it the next version."""
    now, currency = timezone.now(), _currency(request)
    current = programmes.in_force(request.organisation.id, now, now=now)
    form = ProgrammeForm(currency, request.POST or None, initial=as_initial(current, currency))
    if request.method == "POST" and form.is_valid():
        programmes.change(
            organisation_id=request.organisation.id,
            rate_points=form.rule.rate_points,
            rate_minor=form.rule.rate_minor,
            minimum_order=form.rule.minimum_order,
            actor=f"user:{request.user.pk}",
            now=now,
            terms=form.terms,
            effective_from=form.cleaned_data["starts_on"],
        )
        toast(request, _("The programme is saved."))
        return redirect("loyalty_programme")
    values = {"form": form, "currency": currency, "examples": wording.examples(current.rule, currency)}
    return render(request, "loyalty/programme/change.html", values, status=422 if form.is_bound else 200)


@require_GET
@page("loyalty.manage")
def example(request: OrganisationRequest) -> HttpResponse:
    """What bills would give under the form as it is being typed; nothing is saved."""
    currency = _currency(request)
    form = ProgrammeForm(currency, request.GET)
    examples = wording.examples(form.rule, currency) if form.is_valid() else []
    return render(request, "loyalty/programme/examples.html", {"examples": examples})


def _currency(request: OrganisationRequest) -> str:
    stores = Store.objects.filter(organisation=request.organisation).order_by("id")
    return stores.values_list("currency", flat=True).first() or "EUR"
