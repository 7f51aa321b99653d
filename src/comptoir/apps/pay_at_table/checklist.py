"""The live checklist of an integration: each line is proven by a fact, or says why it is not green (2.2)."""

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import setting_up
from comptoir.apps.pay_at_table.models import Integration, Link, LinkState
from comptoir.apps.pay_at_table.readiness import Ready
from comptoir.web.parts import Action, Step

METHOD: Final = "pos_payment_method_missing"
STAFF: Final = "pos_staff_inactive"


def steps(integration: Integration) -> list[Step]:
    """In the order they are done. What is red can be mended while it is on; only the first three keep it off."""
    return [
        _reached(integration),
        _methods(integration),
        _ready(integration),
        _address(integration),
        _events(integration),
        _provider(integration),
        _result(integration),
    ]


def _reached(integration: Integration) -> Step:
    title = _("Lightspeed is connected and this place feeds the store")
    if setting_up.in_the_way(integration) and integration.card_method:
        fact, act = setting_up.in_the_way(integration), Action(_("Open connections"), reverse("connections"))
        return Step(title, "stuck", fact=fact, action=act)
    return Step(title, "done")


def _methods(integration: Integration) -> Step:
    title = _("Payment methods for cards and vouchers exist in Lightspeed")
    choose = Action(_("Choose"), "#methods")
    if not integration.card_method:
        fact = _("Create them under Configuration → Settings → Payment Methods, then choose them here.")
        return Step(title, "now", fact=fact, action=choose)
    if integration.degraded == METHOD:
        return Step(title, "stuck", fact=_("A chosen method is gone from Lightspeed."), action=choose)
    if integration.degraded == STAFF:
        return Step(title, "stuck", fact=_("The chosen staff account was closed."), action=choose)
    if integration.voucher_method in {"", integration.card_method}:
        fact = _("Vouchers and cards cannot be told apart in reports: choose two different methods.")
        return Step(title, "done", fact=fact, at=integration.checked_at)
    return Step(title, "done", at=integration.checked_at)


def _ready(integration: Integration) -> Step:
    title = _("The Payment API is on, the sales period is open and an iPad is awake")
    if integration.readiness_at is None:
        return Step(title, "waiting", fact=_("The till is asked when the integration is switched on."))
    ready = Ready(**integration.readiness)
    facts = [
        (
            not ready.enabled,
            _("The till says that its API is switched off. Send the mail below to Lightspeed support."),
        ),
        (not ready.sales_period_open, _("The sales period is closed: open it on the till.")),
        (not ready.till_available, _("No iPad answers: open the Lightspeed app and leave it in front.")),
    ]
    wrong = next((words for is_so, words in facts if is_so), "")
    return Step(title, "stuck" if wrong else "done", fact=wrong, at=integration.readiness_at)


def _address(integration: Integration) -> Step:
    title = _("Lightspeed knows where to tell what became of payments")
    if integration.listening_at is None:
        return Step(title, "waiting", fact=_("Comptoir registers by itself once the integration is on."))
    return Step(title, "done", at=integration.listening_at)


def _events(integration: Integration) -> Step:
    title = _("Real-time notifications UPDATE and CLOSE arrive")
    if integration.heard_event_at is None:
        fact = _("Lightspeed support switches them on: send the mail below. This line turns green with the first one.")
        return Step(title, "now", fact=fact, action=Action(_("See the mail"), "#support"))
    return Step(title, "done", at=integration.heard_event_at)


def _provider(integration: Integration) -> Step:
    title = _("Your provider is linked")
    links = Link.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    if links.filter(state=LinkState.LINKED).exists():
        return Step(title, "done")
    if links.filter(state=LinkState.WAITING).exists():
        return Step(title, "now", fact=_("It asks to be let in."), action=Action(_("Answer"), "#providers"))
    return Step(title, "waiting", fact=_("Give the integration id to your contact there; then it asks here."))


def _result(integration: Integration) -> Step:
    title = _("The till confirmed a first payment")
    if integration.heard_result_at is None:
        return Step(title, "waiting", fact=_("This line turns green with the first guest who pays."))
    return Step(title, "done", at=integration.heard_result_at)


def is_green(found: list[Step]) -> bool:
    """Whether nothing is left to do."""
    return all(each.state == "done" for each in found)


def sentence(integration: Integration) -> str:
    """How the integration stands, in one sentence."""
    if not integration.enabled:
        return _("It is switched off: no guest can pay.")
    stuck = [each for each in steps(integration) if each.state == "stuck"]
    if stuck:
        return _("Guests may pay, and something is in the way: %(what)s") % {"what": stuck[0].fact}
    return _("Guests can pay at their tables.")
