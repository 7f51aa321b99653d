"""The live checklist of an integration: each line is proven by a fact, or says why it is not green (2.2)."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.apps.pay_at_table import listing, setting_up
from comptoir.apps.pay_at_table.failures import LOCATION_GONE, METHOD_MISSING, STAFF_INACTIVE, named
from comptoir.apps.pay_at_table.link_tables import Link, LinkState
from comptoir.apps.pay_at_table.models import MOVING, GuestPayment, Integration, State
from comptoir.apps.pay_at_table.readiness import Ready
from comptoir.apps.pay_at_table.telling import causes_of
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money
from comptoir.web import formats
from comptoir.web.parts import Action, Step


def steps(integration: Integration) -> list[Step]:
    """In the order they are done. What is red can be mended while it is on; only the first three keep it off."""
    return steps_of([integration])[integration.id]


def steps_of(integrations: Collection[Integration]) -> dict[UUID, list[Step]]:
    """The same of several, by integration; asks as often for many as for one."""
    unreachable, partial = setting_up.unreachable(integrations), setting_up.partial(integrations)
    links: defaultdict[UUID, set[str]] = defaultdict(set)
    asked = Link.objects.filter(
        organisation_id__in={each.organisation_id for each in integrations},
        integration_id__in=[each.id for each in integrations],
    )
    for integration_id, state in asked.values_list("integration_id", "state"):
        links[integration_id].add(state)
    found = {
        each.id: [
            _reached(each, unreachable.get(each.id, ""), each.id in partial),
            _methods(each),
            _ready(each),
            _address(each),
            _events(each),
            _provider(links[each.id]),
        ]
        for each in integrations
    }
    tried = listing.latest_tests(integrations)
    causes = causes_of(tried.values())
    for each in integrations:
        test = tried.get(each.id)
        found[each.id].append(_result(each, found[each.id], test, causes[test.id] if test else ""))
    return found


def is_ready(integration: Integration, found: list[Step]) -> bool:
    """Whether everything is green that can be before anybody has paid."""
    return integration.enabled and all(each.state == "done" for each in found[:-1])


def _reached(integration: Integration, unreachable: str, is_partial: bool) -> Step:
    title = _("Lightspeed is connected and this place feeds the store")
    if integration.degraded == LOCATION_GONE:
        unreachable = unreachable or _("Lightspeed no longer shows this place.")
    if unreachable:
        act = Action(_("Open connections"), reverse("connections"))
        return Step(title, "stuck", fact=unreachable, action=act)
    if is_partial:
        act = Action(_("Sign in again"), reverse("connection", args=[public_id("con", integration.connection_id)]))
        return Step(title, "stuck", fact=_("Lightspeed granted only a part of the rights."), action=act)
    return Step(title, "done")


def _methods(integration: Integration) -> Step:
    title = _("Payment methods for cards and vouchers exist in Lightspeed")
    choose = Action(_("Choose"), "#methods")
    if not integration.card_method:
        fact = _("Create them under Configuration → Settings → Payment Methods, then choose them here.")
        return Step(title, "now", fact=fact, action=choose)
    if integration.degraded == METHOD_MISSING:
        return Step(title, "stuck", fact=_("A chosen method is gone from Lightspeed."), action=choose)
    if integration.degraded == STAFF_INACTIVE:
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


def _provider(links: set[str]) -> Step:
    title = _("Your provider is linked")
    if LinkState.LINKED in links:
        return Step(title, "done")
    if LinkState.WAITING in links:
        return Step(
            title, "now", fact=_("It asks to be let in."), action=Action(pgettext("what to do", "Answer"), "#providers")
        )
    return Step(title, "waiting", fact=_("Give the integration id to your contact there; then it asks here."))


def _result(integration: Integration, before: list[Step], test: GuestPayment | None, cause: str) -> Step:
    """The last line: the first guest's payment, or a test payment somebody makes, if all `before` is green (O11)."""
    title = _("The till confirmed a first payment")
    if test is not None and test.state != State.SETTLED_MANUALLY:
        return _tried(title, test, cause)
    proven_at = integration.heard_result_at or (test.applied_at if test else None)
    if proven_at is not None:
        return Step(title, "done", at=proven_at)
    if not integration.enabled or any(each.state != "done" for each in before):
        return Step(title, "waiting", fact=_("This line turns green with the first guest who pays."))
    fact = _("This line turns green with the first guest who pays, or with a test payment of the smallest amount.")
    act = Action(_("Make a test payment"), reverse("table_test", args=[integration.public_id]))
    return Step(title, "waiting", fact=fact, action=act)


def _tried(title: str, test: GuestPayment, cause: str) -> Step:
    """A test payment until it is over: on its way, in trouble, or on the till, where somebody has to remove it."""
    said = {
        "amount": formats.money(Money(test.amount, test.currency)),
        "bill": test.check_id,
        "table": test.table_number,
        "why": named(cause).short if cause else "",
    }
    where = reverse("table_payment", args=[test.public_id])
    if test.state == State.APPLIED:
        fact = _("The test payment of %(amount)s stands on bill %(bill)s of table %(table)s: remove it on the till.")
        return Step(
            title, "done", fact=fact % said, at=test.applied_at, action=Action(_("Open the test payment"), where)
        )
    if test.state in MOVING and not cause:
        fact = _("The test payment of %(amount)s is on its way to bill %(bill)s of table %(table)s.")
        return Step(title, "now", fact=fact % said, action=Action(_("Open the test payment"), where))
    fact = _("The test payment of %(amount)s is not on the till: %(why)s.")
    return Step(title, "stuck", fact=fact % said, action=Action(_("See what to do"), where))


def sentence(integration: Integration, found: list[Step]) -> str:
    """How the integration stands by its steps, in one sentence."""
    if not integration.enabled:
        return _("It is switched off: no guest can pay.")
    stuck = [each for each in found if each.state == "stuck"]
    if stuck:
        return _("Guests may pay, and something is in the way: %(what)s") % {"what": stuck[0].fact}
    return _("Guests can pay at their tables.")
