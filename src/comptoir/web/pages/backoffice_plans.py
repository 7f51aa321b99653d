"""The back office decides what an organisation may use: its plan, a switch for each store, and what new ones get."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.core.accounts import configuration, reads, signing_up
from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.stores import stores
from comptoir.core.audit.notes import note
from comptoir.core.installations import manifest, modules, plans
from comptoir.core.intake.tasks import drain
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.pages.backoffice import organisation_of
from comptoir.web.toasts import toast

POSITIONS = {"on": True, "off": False}
POLICY_WORDS = {
    "first": gettext_lazy("the first person only"),
    "open": gettext_lazy("anybody"),
    "closed": gettext_lazy("nobody: you invite"),
}


class PlanForm(forms.Form):
    """A plan's name and what it includes."""

    name = forms.CharField(label=gettext_lazy("Name of the plan"), max_length=60, required=False)
    includes = forms.MultipleChoiceField(
        label=gettext_lazy("It includes"), widget=forms.CheckboxSelectMultiple, choices=[], required=False
    )

    is_sandbox = forms.BooleanField(label=gettext_lazy("A sandbox: partners try their calls out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["includes"].choices = [(each.slug, each.name) for each in plans.known()]  # type: ignore[attr-defined]


class ConfigurationForm(forms.Form):
    """What holds for the whole installation."""

    sign_up = forms.ChoiceField(label=gettext_lazy("Who may sign up"), choices=tuple(POLICY_WORDS.items()))
    includes = forms.MultipleChoiceField(
        label=gettext_lazy("What an organisation without a plan of its own may use"),
        widget=forms.CheckboxSelectMultiple,
        choices=[],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["includes"].choices = [(each.slug, each.name) for each in plans.known()]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@operators
def plan(request: OperatorRequest, merchant_id: str) -> HttpResponse:
    """What an organisation may use, and what is on where; POST writes the plan and switches off what it leaves out."""
    found = organisation_of(merchant_id)
    known = plans.plan(found.id)
    now_included = [each.slug for each in plans.known() if each.slug not in known.left_out]
    initial = {"name": known.name, "includes": now_included, "is_sandbox": found.is_sandbox}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _write(request, found, form.cleaned_data["name"], form.cleaned_data["includes"])
        _set_sandbox(request, found, is_sandbox=form.cleaned_data["is_sandbox"])
        toast(request, _("The plan of %(name)s holds from now on.") % {"name": found.name})
        return redirect("backoffice_plan", found.public_id)
    switches, apps = modules.modules(found.id), plans.known()
    values = {
        "organisation": found,
        "form": form,
        "is_own": known.is_own,
        "apps": apps,
        "rows": [
            (store, [(each, switches.get((store.id, each.slug)), each.slug in known.left_out) for each in apps])
            for store in stores(found.id)
        ],
    }
    return render(request, "web/backoffice/plan.html", values, status=422 if form.errors else 200)


@require_POST
@operators
def module(request: OperatorRequest, merchant_id: str, store_id: str, app: str, position: str) -> HttpResponse:
    """Switch an app at a store; the organisation reads who did."""
    found, known = organisation_of(merchant_id), manifest.module(app)
    wanted = next((each for each in stores(found.id) if each.id == parse_id("sto", store_id)), None)
    if wanted is None or position not in POSITIONS:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    now = timezone.now()
    modules.switch(organisation_id=found.id, store_id=wanted.id, app=known.slug, on=POSITIONS[position], now=now)
    note(
        organisation_id=found.id,
        actor=f"user:{request.user.pk}",
        what=f"module.switched_{position}",
        subject=f"{wanted.name}: {known.slug}",
        now=now,
    )
    drain.enqueue_once()
    toast(request, _("%(store)s: noted.") % {"store": wanted.name})
    return redirect("backoffice_plan", found.public_id)


@require_http_methods(["GET", "POST"])
@operators
def house(request: OperatorRequest) -> HttpResponse:
    """Who may sign up, and what an organisation without a plan may use."""
    left_out = plans.of_new_ones()
    included = [each.slug for each in plans.known() if each.slug not in left_out]
    form = ConfigurationForm(request.POST or None, initial={"sign_up": signing_up.policy_now(), "includes": included})
    if request.method == "POST" and form.is_valid():
        actor, now = f"user:{request.user.pk}", timezone.now()
        said = form.cleaned_data
        configuration.change(
            signing_up.POLICY, said["sign_up"], actor=actor, now=now, otherwise=signing_up.policy_now()
        )
        slugs = [each.slug for each in plans.known()]
        configuration.change(
            plans.LEFT_OUT, [each for each in slugs if each not in said["includes"]], actor=actor, now=now
        )
        toast(request, _("It holds from now on."))
        return redirect("backoffice_configuration")
    changed = configuration.row(signing_up.POLICY)
    values = {
        "form": form,
        "changed": changed,
        "by": reads.names_of([changed.changed_by]).get(changed.changed_by, changed.changed_by) if changed else "",
        "places": [place for app in manifest.apps() for place in app.backoffice_places],
    }
    return render(request, "web/backoffice/configuration.html", values, status=422 if form.errors else 200)


def _write(request: OperatorRequest, found: Organisation, name: str, includes: list[str]) -> None:
    now = timezone.now()
    left_out = plans.change(
        organisation_id=found.id, name=name, includes=includes, actor=f"user:{request.user.pk}", now=now
    )
    for (store_id, app), each in modules.modules(found.id).items():
        if each.is_on and app in left_out:
            modules.switch(organisation_id=found.id, store_id=store_id, app=app, on=False, now=now)


def _set_sandbox(request: OperatorRequest, found: Organisation, *, is_sandbox: bool) -> None:
    if found.is_sandbox == is_sandbox:
        return
    found.is_sandbox = is_sandbox
    found.save(update_fields=["is_sandbox"])
    note(
        organisation_id=found.id,
        actor=f"user:{request.user.pk}",
        what="organisation.sandbox",
        subject=found.name,
        details={"before": not is_sandbox, "after": is_sandbox},
        now=timezone.now(),
    )
