"""Taken payments: the list, one of them with its journal, and what a person may do about it (F4 to F6)."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import listing, retrying, telling, typed_in, wording
from comptoir.apps.pay_at_table.failures import named
from comptoir.apps.pay_at_table.journal_words import attempt_rows, cause_words
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, Integration, State, Transition
from comptoir.apps.pay_at_table.pages import asking, trying
from comptoir.apps.pay_at_table.pages.orphans import MOST_SHOWN
from comptoir.core.accounts import reads as accounts
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.kernel.ids import parse_id
from comptoir.kernel.money import Money
from comptoir.web import spreadsheets
from comptoir.web.parts import Moment, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

EXPORTED: Final = (
    "id", "created_at", "business_date", "store", "integration", "table", "check", "method_kind", "currency", "amount",
    "given_back", "tip", "state", "reason", "provider_payment_id", "applied_reference", "applied_at", "is_test",
)  # fmt: skip
CHOICES: Final = (listing.OPEN, *State)


class PaymentFilter(forms.Form):
    """Which payments, as the address says; the list and its export go by the same."""

    search = forms.CharField(required=False, max_length=120)
    state = forms.ChoiceField(required=False, choices=[(str(each), str(each)) for each in CHOICES])
    integration = forms.CharField(required=False, max_length=40)
    day = forms.DateField(required=False)

    def wanted(self) -> listing.Wanted:
        """What cannot be read in the address asks for nothing."""
        self.is_valid()
        said: dict[str, Any] = self.cleaned_data
        chosen: UUID | None = None
        if said.get("integration"):
            chosen = parse_id("int", said["integration"])
        day: date | None = said.get("day")
        return listing.Wanted(said.get("state", ""), said.get("search", "").strip(), chosen, day)

    def query(self) -> str:
        """The same as an address."""
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})


@require_GET
@page("pay_at_table.view")
def payments(request: OrganisationRequest) -> HttpResponse:
    """The newest first, above them what needs somebody; the rows alone when HTMX asks."""
    form = PaymentFilter(request.GET)
    wanted = form.wanted()
    before = request.GET.get("before", "")
    found = listing.payments(
        request.organisation.id,
        wanted,
        store_ids=request.store_ids,
        before=parse_id("gpay", before) if before else None,
        limit=listing.PAGE + 1,
    )
    shown = found[: listing.PAGE]
    known = {each.id: each for each in listing.integrations(request.organisation.id, store_ids=request.store_ids)}
    waiting = listing.waiting(request.organisation.id, store_ids=request.store_ids)
    causes = telling.causes_of([*shown, *waiting])
    values = {
        "rows": [row_of(each, known[each.integration_id], causes[each.id]) for each in shown],
        "older": shown[-1].public_id if len(found) > listing.PAGE else "",
        "form": form,
        "query": form.query(),
        "states": [(listing.OPEN, _("Not settled")), *((str(each), wording.STATES[each][1]) for each in State)],
        "integrations": list(known.values()),
        "waiting": len(waiting),
        "sums": _sums(waiting),
        "causes": _causes(waiting, known, causes) if may(request.role, "pay_at_table.settle") else [],
        "orphans": listing.orphans(request.organisation.id, store_ids=request.store_ids)[:MOST_SHOWN],
        "may_settle": may(request.role, "pay_at_table.settle"),
        "here": request.get_full_path(),
    }
    is_part = "HX-Request" in request.headers
    return render(request, f"pay_at_table/{'payment_rows' if is_part else 'payments'}.html", values)


@require_GET
@page("pay_at_table.view")
def export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as CSV; amounts in minor units."""
    form = PaymentFilter(request.GET)
    found = listing.every(request.organisation.id, form.wanted(), store_ids=request.store_ids)
    known = {each.id: each for each in listing.integrations(request.organisation.id, store_ids=request.store_ids)}
    names = {each.id: each.name for each in stores(request.organisation.id, store_ids=request.store_ids)}

    def lines() -> Iterator[str]:
        yield spreadsheets.MARK + spreadsheets.line(EXPORTED)
        for each in found:
            integration = known[each.integration_id]
            yield spreadsheets.line(
                (
                    each.public_id, each.created_at, each.business_date, names.get(integration.store_id, ""),
                    integration.name, each.table_number, each.check_id, each.method_kind, each.currency, each.amount,
                    each.given_back, each.tip, each.state, each.reason, each.provider_payment_id,
                    each.applied_reference, each.applied_at, "yes" if each.is_test else "",
                )
            )  # fmt: skip

    return spreadsheets.download("payments.csv", lines())


@require_GET
@page("pay_at_table.view")
def payment(request: OrganisationRequest, payment_id: str) -> HttpResponse:
    """What happened to it, what stands in the way, and what to do."""
    found = asking.payment_of(request, payment_id)
    told = telling.tell_late(found, now=timezone.now())
    mine = {"organisation_id": found.organisation_id, "payment_id": found.id}
    journal = list(Transition.objects.filter(**mine).order_by("-id"))
    people = accounts.names_of({each.actor for each in journal})
    integration = Integration.objects.get(organisation_id=found.organisation_id, id=found.integration_id)
    may_settle = may(request.role, "pay_at_table.settle")
    values = {
        **row_of(found, integration, told.code),
        "told": told,
        "acts": told.acts if may_settle else frozenset(),
        "typed_in": [typed_in.words(found, each) for each in typed_in.lines_like(found)],
        "part": _part(found),
        "asked": Money(found.refund_asked, found.currency) if found.refund_asked else None,
        "attempts": attempt_rows(Attempt.objects.filter(**mine).order_by("number")),
        "moments": [_moment(found, each, people) for each in journal],
        "here": request.path,
    }
    return render(request, "pay_at_table/payment.html", values)


@require_POST
@page("pay_at_table.settle")
def act(request: OrganisationRequest, payment_id: str, what: str) -> HttpResponse:
    """Again, entered by hand, not so after all, or give it back."""
    found = asking.payment_of(request, payment_id)
    common: dict[str, Any] = {
        "organisation_id": found.organisation_id,
        "payment_id": found.id,
        "actor": asking.actor(request),
        "now": timezone.now(),
    }
    why, here = request.POST.get("why", ""), reverse("table_payment", args=[found.public_id])
    with refusals(request):
        if found.is_test:
            toast(request, trying.act(found, what, actor=common["actor"], now=common["now"]))
            return redirect(here)
        match what:
            case "retry":
                check_id = request.POST.get("check_id", "").strip()
                typed_in.must_be_another(found, seen=asking.seen(request), now=common["now"], check_id=check_id)
                retrying.retry(**common, check_id=check_id)
                toast(request, _("It is being sent to the till."))
            case "settle":
                retrying.settle_by_hand(**common, why=why)
                toast(request, _("Noted: it was entered by hand."))
            case "undo":
                retrying.undo(**common, why=why)
                toast(request, _("Taken back: it needs somebody again."))
            case "refund":
                retrying.ask_for_refund(**common, why=why, amount=_minor(request.POST.get("amount", "")))
                toast(request, _("The provider was asked to give the money back."))
            case _:
                raise asking.nothing()
    return redirect(here)


@require_POST
@page("pay_at_table.settle")
def retry_all(request: OrganisationRequest) -> HttpResponse:
    """Everything that waits because of one cause."""
    integration = asking.integration_of(request, request.POST.get("integration", ""))
    going = retrying.retry_all(
        organisation_id=request.organisation.id,
        integration_id=integration.id,
        cause=request.POST.get("cause", ""),
        actor=asking.actor(request),
        now=timezone.now(),
        store_ids=request.store_ids,
    )
    words = _("%(number)s payments are being sent to the till.") % {"number": len(going)}
    toast(request, words if going else _("Nothing waits because of this any more."), level="ok" if going else "info")
    return redirect(f"{reverse('table_payments')}?state=open")


def row_of(payment: GuestPayment, integration: Integration, code: str) -> dict[str, Any]:
    """A payment as lists and its own page show it."""
    level, word = wording.of_state(payment, payment.state)
    return {
        "payment": payment,
        "integration": integration,
        "amount": Money(payment.amount, payment.currency),
        "tip": Money(payment.tip, payment.currency) if payment.tip else None,
        "given_back": Money(payment.given_back, payment.currency) if payment.given_back else None,
        "method": wording.METHODS.get(payment.method_kind, payment.method_kind),
        "light": Status(level, word),
        "cause": named(code).short if code else "",
    }


def _part(payment: GuestPayment) -> dict[str, Any] | None:
    """*Apply part of it* (T4): what the provider would be asked for, in minor units and as money, and what is left."""
    over = telling.over_of(payment)
    if not over:
        return None
    return {
        "minor": over,
        "over": Money(over, payment.currency),
        "rest": Money(payment.due - over, payment.currency),
    }


def _minor(text: str) -> int | None:
    """As the page's own button says; all of it where it says nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _moment(payment: GuestPayment, row: Transition, people: dict[str, str]) -> Moment:
    level, word = wording.of_state(payment, row.after)
    who = people.get(row.actor) or wording.ACTORS.get(row.actor) or ""
    return Moment(at=row.at, title=word, detail=cause_words(row.cause), who=who, level=level)


def _sums(waiting: list[GuestPayment]) -> list[Money]:
    currencies = sorted({each.currency for each in waiting})
    return [Money(sum(each.at_stake for each in waiting if each.currency == one), one) for one in currencies]


def _causes(
    waiting: list[GuestPayment], known: dict[UUID, Integration], causes: dict[UUID, str]
) -> list[dict[str, Any]]:
    """Several payments of one integration with one cause: they can be sent again together."""
    groups: dict[tuple[UUID, str], int] = {}
    for each in waiting:
        key = (each.integration_id, causes[each.id])
        groups[key] = groups.get(key, 0) + 1
    return [
        {"integration": known[identifier], "cause": code, "short": named(code).short, "number": number}
        for (identifier, code), number in groups.items()
        if number > 1
    ]
