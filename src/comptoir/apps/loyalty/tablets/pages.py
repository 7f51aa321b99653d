"""The owner's pages about tablets: pair, tell apart, link, take away."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import qrcode  # type: ignore[import-untyped]
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_POST
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]

from comptoir.apps.loyalty import registers
from comptoir.apps.loyalty.registers import RegisterFacts
from comptoir.apps.loyalty.tablets import diagnosing, linking, pairing, reads, setting_up
from comptoir.apps.loyalty.tablets.reads import TabletFacts
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import is_visible, stores
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.parts import Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

PERMISSION = "loyalty.tablets"
CHECK_NAMES = {
    "browser": gettext_lazy("Browser"),
    "live": gettext_lazy("Live news"),
    "storage": gettext_lazy("Storage"),
    "camera": gettext_lazy("Camera"),
    "screen": gettext_lazy("Screen"),
}


class PairingForm(forms.Form):
    """Where the next tablet will stand."""

    store = forms.ChoiceField(label=gettext_lazy("Store"))
    name = forms.CharField(label=gettext_lazy("Name of the tablet"), max_length=60, initial=gettext_lazy("Counter"))

    def __init__(self, stores: list[Store], data: Any = None) -> None:
        super().__init__(data)
        self.fields["store"].choices = [(store.public_id, store.name) for store in stores]  # type: ignore[attr-defined]


@require_GET
@page(PERMISSION)
def tablets(request: OrganisationRequest) -> HttpResponse:
    """Every tablet and every register that orders came from; the live part alone when HTMX asks."""
    part = "loyalty/tablets/list.html" if "HX-Request" in request.headers else "loyalty/tablets/tablets.html"
    return render(request, part, _values(request, PairingForm(_stores(request))))


@require_GET
@page(PERMISSION)
def set_up(request: OrganisationRequest) -> HttpResponse:
    """From nothing to the first points on a tablet, and the mail that the maker of the till needs."""
    organisation_id, now = request.organisation.id, timezone.now()
    steps = setting_up.steps(organisation_id, store_ids=request.store_ids, now=now)
    values = {
        "steps": steps,
        "letter": _letter(request),
        "is_done": all(step.state == "done" for step in steps),
        "here": request.get_full_path(),
    }
    part = "set_up_steps.html" if "HX-Request" in request.headers else "set_up.html"
    return render(request, f"loyalty/tablets/{part}", values)


@require_POST
@page(PERMISSION)
def code(request: OrganisationRequest) -> HttpResponse:
    """A code for one more tablet."""
    form = PairingForm(_stores(request), request.POST)
    if not form.is_valid():
        return render(request, "loyalty/tablets/tablets.html", _values(request, form), status=422)
    pairing.new_code(
        organisation_id=request.organisation.id,
        store_id=parse_id("sto", form.cleaned_data["store"]),
        name=form.cleaned_data["name"],
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    return redirect("tablets")


@require_GET
@page(PERMISSION)
def tablet(request: OrganisationRequest, tablet_id: str) -> HttpResponse:
    """One tablet: how it is, its register, and what can be done with it."""
    now = timezone.now()
    facts = _tablet(request, tablet_id)
    values = {
        "tablet": facts,
        "light": light(facts),
        "checks": [(CHECK_NAMES[name], _check_light(passed)) for name, passed in facts.checks],
        "choices": [(each, label(each)) for each in reads.choices(facts, request.organisation.id, now=now)],
        "is_asked": facts.identify_at is not None and now - facts.identify_at < linking.ONLINE_FOR,
        "drift_label": label(facts.drift) if facts.drift else "",
        "here": request.get_full_path(),
    }
    part = "loyalty/tablets/facts.html" if "HX-Request" in request.headers else "loyalty/tablets/tablet.html"
    return render(request, part, values)


@require_GET
@page(PERMISSION)
def diagnosis(request: OrganisationRequest, tablet_id: str) -> HttpResponse:
    """Why points do not show: what is needed, with its latest proof, and what became of the latest orders (2.8)."""
    now = timezone.now()
    facts = _tablet(request, tablet_id)
    values = {
        "tablet": facts,
        "steps": diagnosing.steps(request.organisation.id, facts),
        "orders": diagnosing.orders(request.organisation.id, facts, now=now),
        "here": request.get_full_path(),
    }
    part = "diagnosis_content.html" if "HX-Request" in request.headers else "diagnosis.html"
    return render(request, f"loyalty/tablets/{part}", values)


@require_POST
@page(PERMISSION)
def identify(request: OrganisationRequest, tablet_id: str) -> HttpResponse:
    """The waving hand."""
    facts = _tablet(request, tablet_id)
    linking.identify(organisation_id=request.organisation.id, tablet_id=facts.id, now=timezone.now())
    return redirect("tablet", tablet_id=facts.public_id)


@require_POST
@page(PERMISSION)
def link(request: OrganisationRequest, tablet_id: str) -> HttpResponse:
    """The register whose sales it shows, from now on; none when nothing was chosen."""
    facts = _tablet(request, tablet_id)
    chosen = request.POST.get("register", "")
    linking.link(
        organisation_id=request.organisation.id,
        tablet_id=facts.id,
        register_id=parse_id("reg", chosen) if chosen else None,
        now=timezone.now(),
    )
    toast(request, _("Saved. It counts for sales from now on.") if chosen else _("Unlinked."))
    return redirect("tablet", tablet_id=facts.public_id)


@require_POST
@page(PERMISSION)
def revoke(request: OrganisationRequest, tablet_id: str) -> HttpResponse:
    """Dead at once."""
    facts = _tablet(request, tablet_id)
    pairing.revoke(organisation_id=request.organisation.id, tablet_id=facts.id, now=timezone.now())
    toast(request, _("%(name)s is no tablet any more. Its screen goes blank.") % {"name": facts.name})
    return redirect("tablets")


@require_POST
@page(PERMISSION)
def passive(request: OrganisationRequest, register_id: str) -> HttpResponse:
    """Staff knows which till is a passive one."""
    found = registers.register(request.organisation.id, parse_id("reg", register_id))
    if not is_visible(request.store_ids, found.store_id):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    registers.mark_passive(
        organisation_id=request.organisation.id,
        register_id=found.id,
        is_passive=request.POST.get("passive") == "yes",
        actor=f"user:{request.user.pk}",
    )
    return redirect(f"{reverse('tablets')}#registers")


def light(facts: TabletFacts) -> Status:
    """Online, offline, and what is missing before it can work."""
    if not facts.is_online:
        return Status("bad", _("Offline"), since=facts.last_seen_at)
    if facts.register is None:
        return Status("warn", _("Not linked to a register"))
    if facts.drift is not None:
        return Status("warn", _("Register replaced?"))
    if not facts.has_passed:
        return Status("warn", _("Online"), cause=_("its look at itself found something missing"))
    return Status("ok", _("Online"), since=facts.last_seen_at)


def label(register: RegisterFacts) -> str:
    """Two registers of one name are told apart by the end of their number (loyalty.md 2.3)."""
    if not register.device_id:
        return _("Unknown till")
    if not register.name:
        return register.device_id
    return f"{register.name} · {register.device_id[-4:]}"


def _check_light(passed: bool | None) -> Status:
    if passed is None:
        return Status("off", _("Not looked at yet"))
    return Status("ok", _("Works")) if passed else Status("warn", _("Missing"))


def _register_light(register: RegisterFacts) -> Status:
    if register.is_passive:
        return Status("off", _("Passive till"))
    if register.is_stale:
        return Status("off", _("Silent for 30 days"))
    return Status("ok", pgettext("a register", "Linked")) if register.tablets else Status("info", _("Detected"))


def _values(request: OrganisationRequest, form: PairingForm) -> dict[str, Any]:
    now = timezone.now()
    organisation_id = request.organisation.id
    names = {store.id: store.name for store in _stores(request)}
    every = registers.registers(organisation_id, now=now)
    found = [each for each in reads.tablets(organisation_id, now=now, tills=every) if each.store_id in names]
    tills = [each for each in every if each.store_id in names]
    codes = [each for each in pairing.open_codes(organisation_id, now=now) if each.store_id in names]
    return {
        "form": form,
        "tablets": [(each, light(each), label(each.register) if each.register else "") for each in found],
        "drifting": [(each, label(each.drift)) for each in found if each.drift],
        "online": sum(each.is_online for each in found),
        "registers": [(each, label(each), _register_light(each), names.get(each.store_id, "")) for each in tills],
        "codes": [(each, _qr(each.code)) for each in codes],
        "screen_url": f"{settings.COMPTOIR_URL}/tablet",
        "here": reverse("tablets"),
    }


def _qr(code: str) -> str:
    """The address of the screen with the code behind it, as a picture: the code never reaches a server's log."""
    stream = BytesIO()
    qrcode.make(f"{settings.COMPTOIR_URL}/tablet#{code}", image_factory=SvgPathImage, border=2).save(stream)
    return f"data:image/svg+xml;base64,{b64encode(stream.getvalue()).decode()}"


def _letter(request: OrganisationRequest) -> str:
    """The mail in words, in the language of whoever reads the page; empty where there is nobody to write to."""
    mail = setting_up.mail(request.organisation.id, store_ids=request.store_ids)
    values = {"mail": mail, "organisation": request.organisation.name}
    return render_to_string("loyalty/tablets/set_up_mail.txt", values) if mail else ""


def _stores(request: OrganisationRequest) -> list[Store]:
    """Those that this person was given."""
    return stores(request.organisation.id, store_ids=request.store_ids)


def _tablet(request: OrganisationRequest, tablet_id: str) -> TabletFacts:
    found = reads.tablet(request.organisation.id, parse_id("tbl", tablet_id), now=timezone.now())
    if found is None or not is_visible(request.store_ids, found.store_id):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found
