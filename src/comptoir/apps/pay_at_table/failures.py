"""What can keep a taken payment off the till: the failure table of pay-at-table.md 4, with what to do about each row.

Codes are ours and stable. Words are translated lazily and hold `%(name)s` places that `telling.py` fills.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.apps.pay_at_table.failure_kinds import Act, Failure, Kind, Reader

LOCATION_GONE: Final = "pos_location_gone"
METHOD_MISSING: Final = "pos_payment_method_missing"
STAFF_INACTIVE: Final = "pos_staff_inactive"
PRESS_RETRY: Final = _("Then press Retry.")
HUMAN, AUTOMATIC, READ_FIRST = Kind.HUMAN, Kind.AUTOMATIC, Kind.READ_FIRST

CATALOGUE: Final = (
    Failure(
        "T1",
        "pos_payment_api_disabled",
        HUMAN,
        _("payment API switched off"),
        _("Lightspeed does not take payments from outside for %(location)s."),
        (
            _("Ask Lightspeed support to turn on the payment API for location %(location)s."),
            _("They need a staff account that is never closed, a payment method and the iPads that may take payments."),
            PRESS_RETRY,
        ),
    ),
    Failure(
        "T2",
        "pos_staff_inactive",
        HUMAN,
        _("staff account closed"),
        _("The staff account that payments are entered under was deactivated or closed in Lightspeed."),
        (
            _("Reactivate it in the Lightspeed back office, or choose another one in your integration."),
            _("Was the table opened by a closed account? Transfer it to an active waiter."),
            _("Choose an account that is never closed. Then press Retry."),
        ),
    ),
    Failure(
        "T3",
        "pos_payment_method_missing",
        HUMAN,
        _("payment method missing"),
        _("The payment method %(method)s was renamed, re-coded or deleted in Lightspeed."),
        (
            _("Open your integration and choose the payment method again."),
            _("Press Save, then Retry all with this cause."),
        ),
        act=Act.CHOOSE_METHOD,
    ),
    Failure(
        "T3",
        "method_not_mapped",
        HUMAN,
        _("no payment method chosen"),
        _("No payment method of the till is chosen for what the guest paid with."),
        (_("Open your integration and choose the payment method."), _("Press Save, then Retry all with this cause.")),
        act=Act.CHOOSE_METHOD,
    ),
    Failure(
        "T4",
        "amount_exceeds_remaining",
        HUMAN,
        _("more than is left on the bill"),
        _("Remaining on the till: %(remaining)s; paid by the guest: %(amount)s."),
        (
            _("Was an item taken off by mistake? Put it back on the till, then press Retry."),
            _("Was it paid another way as well? Refund %(over)s and apply %(remaining)s, or refund all of it."),
        ),
    ),
    Failure(
        "T5",
        "check_closed",
        HUMAN,
        _("table already closed"),
        _("The table was closed on the till while the guest paid %(amount)s."),
        (
            _("If the guest paid twice, refund one of the two."),
            _("If it was closed by mistake, reopen it on the till, then press Retry."),
        ),
    ),
    Failure(
        "T6",
        "pos_unreachable",
        AUTOMATIC,
        _("connection to Lightspeed fails"),
        _("The connection to Lightspeed fails since %(since)s."),
        (_("Nothing to do: payments are kept and are sent by themselves."), _("Watch the list of open payments.")),
        act=Act.WATCH,
        transient=True,
    ),
    Failure(
        "T6",
        "not_sent_yet",
        AUTOMATIC,
        _("not on the till yet"),
        _("The payment has not reached the till yet."),
        (_("Nothing to do: payments are kept and are sent by themselves."), _("Watch the list of open payments.")),
        act=Act.WATCH,
        transient=True,
    ),
    Failure(
        "T7",
        "till_offline",
        AUTOMATIC,
        _("till not reachable"),
        _("No iPad of the till took the payment in time: the Lightspeed app is closed, asleep or off line."),
        (
            _("Open the Lightspeed app on the iPad with the blue name and leave it in front."),
            _("We send again every minute; Retry sends now."),
        ),
        tried=1000,
        transient=True,
    ),
    Failure(
        "T8",
        "sales_period_closed",
        AUTOMATIC,
        _("sales period closed"),
        _("The day is not opened on the till, so it takes no payment."),
        (_("Open the sales period on the till."), _("We send again every minute; Retry sends now.")),
        tried=1000,
        transient=True,
    ),
    Failure(
        "T9",
        "check_not_found",
        HUMAN,
        _("bill not found"),
        _("The till no longer knows this bill: the table was merged, split or transferred, or the day is over."),
        (
            _("Choose the bill it belongs to from those that are open now, and apply it there."),
            _("If none of them is right, enter the payment by hand or have it refunded."),
        ),
        act=Act.CHOOSE_CHECK,
    ),
    Failure(
        "T9",
        "check_unknown",
        HUMAN,
        _("bill not named"),
        _("The guest paid %(amount)s, and nobody said for which bill."),
        (
            _("Choose the bill it belongs to from those that are open now, and apply it there."),
            _("If none of them is right, enter the payment by hand or have it refunded."),
        ),
        act=Act.CHOOSE_CHECK,
    ),
    Failure(
        "T10",
        "reauth_required",
        AUTOMATIC,
        _("Lightspeed has to be connected again"),
        _("Lightspeed no longer lets Comptoir in: the consent was withdrawn or ran out."),
        (_("Reconnect Lightspeed; it takes a minute."), _("All waiting payments go out by themselves after that.")),
        act=Act.RECONNECT,
        transient=True,
    ),
    Failure(
        "T11",
        "unknown_result",
        READ_FIRST,
        _("result not known yet"),
        _("We are checking whether the till has it. Do not enter it by hand yet."),
        (_("Wait: the bill is read again every few seconds, and this page shows what it says."),),
        act=Act.WATCH,
    ),
    Failure(
        "T12",
        "invalid_sku",
        HUMAN,
        _("item unknown to the till"),
        _("The order names an item that the till does not know: %(said)s"),
        (
            _("Map the item to one of the till, or send the order again without it."),
            _("The guest has to be told: call or see the table."),
        ),
        counts=False,
    ),
    Failure(
        "T13",
        "printing_error",
        HUMAN,
        _("not printed"),
        _("It is on the till, but was not printed: %(said)s"),
        (_("Reprint it from the till."), _("Look at the printer.")),
        act=Act.WATCH,
        counts=False,
    ),
    Failure(
        "T14",
        "duplicate_on_pos",
        HUMAN,
        _("twice on the till"),
        _("This payment stands twice on the till."),
        (
            _("Remove the second line, reference ending in %(second)s, on the till."),
            _("Then press Retry: the bill is read, nothing is sent."),
        ),
    ),
    Failure(
        "T15",
        "pos_rejected_other",
        HUMAN,
        _("refused by Lightspeed"),
        _("Lightspeed refused the payment."),
        (
            _("Press Retry once."),
            _("If it fails again, enter the payment by hand with method %(method)s and say so here."),
        ),
        tried=2,
    ),
    Failure(
        "T15",
        "amount_differs",
        HUMAN,
        _("other amount on the till"),
        _("The line on the till is not of %(amount)s."),
        (_("Correct the line on the till, then press Retry: the bill is read, nothing is sent."),),
    ),
    Failure(
        "T15",
        "reversed_on_pos",
        HUMAN,
        _("removed from the till"),
        _("The payment was on the till, and its line is gone."),
        (_("If it was removed by mistake, press Retry."), _("If the guest gets the money back, have it refunded.")),
    ),
    Failure(
        "T15",
        "attempts_used_up",
        HUMAN,
        _("tried too often"),
        _("This payment was tried twenty times."),
        (_("Enter the payment by hand with method %(method)s and say so here, or call support."),),
        act=Act.WATCH,
    ),
    Failure(
        "T16",
        "pos_rate_limited",
        AUTOMATIC,
        _("Lightspeed asks to wait"),
        _("Lightspeed takes no more calls for the moment."),
        (_("Nothing to do: the payment is sent as soon as Lightspeed allows."),),
        act=Act.WATCH,
        transient=True,
    ),
    Failure(
        "T17",
        "reference_used",
        READ_FIRST,
        _("already with Lightspeed"),
        _("Lightspeed has this payment already; the till has not shown it yet. Do not enter it by hand yet."),
        (_("Wait: the bill is read again every few seconds, and this page shows what it says."),),
        act=Act.WATCH,
    ),
    Failure(
        "T18",
        "currency_mismatch",
        HUMAN,
        _("other currency"),
        _("The provider reported %(amount)s; the till's bill is in another currency."),
        (_("The provider has to correct it: nothing can be entered like this."), _("Have it refunded.")),
        act=Act.REFUND,
        readers=frozenset({Reader.RESTAURANT, Reader.PROVIDER}),
    ),
    Failure(
        "T18",
        "amount_invalid",
        HUMAN,
        _("no amount"),
        _("The provider reported an amount that cannot be entered."),
        (_("The provider has to correct it: nothing can be entered like this."),),
        act=Act.REFUND,
        readers=frozenset({Reader.RESTAURANT, Reader.PROVIDER}),
    ),
    Failure(
        "T19",
        "provider_webhook_failing",
        AUTOMATIC,
        _("your endpoint does not answer"),
        _("Comptoir cannot deliver its events: %(said)s"),
        (
            _("Bring the endpoint back; what was missed is sent again, and stands in the change feed."),
            _("After the last try it is paused: resume it and replay the range."),
        ),
        act=Act.WATCH,
        readers=frozenset({Reader.PROVIDER}),
        counts=False,
    ),
    Failure(
        "T20",
        "notifications_silent",
        HUMAN,
        _("notifications look off"),
        _("%(store)s trades, and Lightspeed has told nothing of it for 24 hours."),
        (
            _("Ask Lightspeed support to switch on real-time notifications (UPDATE and CLOSE) for %(location)s."),
            _("The address is %(address)s. Until then the bills are read every minute."),
        ),
        act=Act.WATCH,
        counts=False,
    ),
    Failure(
        "T21",
        "mail_bounced",
        HUMAN,
        _("mail address does not work"),
        _("Mails about payments to %(address)s come back."),
        (_("Correct the addresses of your integration."),),
        act=Act.CHOOSE_METHOD,
        readers=frozenset({Reader.OWNERS}),
        counts=False,
    ),
    Failure(
        "T22",
        "refund_not_removed",
        HUMAN,
        _("refunded, still on the till"),
        _("The guest got %(given_back)s back, and the payment still stands on the till."),
        (_("Remove the line on the till, or book a refund there and say so on the page of the payment."),),
        act=Act.WATCH,
    ),
    Failure(
        "T22",
        "refund_not_booked",
        HUMAN,
        _("refunded in part, whole on the till"),
        _("The guest got %(given_back)s back; %(amount)s of the payment belongs on the till, which shows more."),
        (
            _("Book a refund of %(given_back)s on the till, and say so on the page of the payment."),
            _("Or remove the line on the till, then press Retry: %(amount)s is entered."),
        ),
        act=Act.WATCH,
    ),
    Failure(
        "T23",
        "pos_method_is_native",
        HUMAN,
        _("payment method of a card terminal"),
        _("The payment method %(method)s belongs to the integrated card terminal of Lightspeed."),
        (
            _("Create a plain payment method for this provider in Lightspeed."),
            _("Choose it in your integration, press Save, then Retry all with this cause."),
        ),
        act=Act.CHOOSE_METHOD,
    ),
    Failure(
        "F11",
        LOCATION_GONE,
        HUMAN,
        _("place gone from Lightspeed"),
        _("Lightspeed no longer shows %(location)s to Comptoir: payments of its guests cannot be entered."),
        (
            _("Was it closed? Switch the integration off."),
            _(
                "If not, give the account that connected its access back in Lightspeed,"
                " or connect with one that has it."
            ),
        ),
        act=Act.WATCH,
        counts=False,
    ),
    Failure(
        "F13",
        "plan_ending",
        HUMAN,
        _("the subscription ends"),
        _("The subscription of %(store)s ends on %(on)s. From then on guests cannot pay from their phones."),
        (_("Open the integration and add it to your plan."),),
        act=Act.WATCH,
        counts=False,
    ),
    Failure(
        "F13",
        "plan_over",
        HUMAN,
        _("the subscription has ended"),
        _("The subscription of %(store)s ended on %(on)s. What guests paid before is entered for seven more days."),
        (_("Open the integration and add it to your plan."),),
        act=Act.WATCH,
        counts=False,
    ),
    Failure(
        "F13",
        "plan_inactive",
        HUMAN,
        _("subscription ended"),
        _("The subscription ended more than seven days ago: the payment is kept, and not sent to the till."),
        (_("Add the integration to your plan again; then press Retry all with this cause."),),
        act=Act.ADD_TO_PLAN,
    ),
)
BY_CODE: Final[Mapping[str, Failure]] = {each.code: each for each in CATALOGUE}
OTHER: Final = BY_CODE["pos_rejected_other"]

SIGNALS: Final[Mapping[str, str]] = {
    "till_unreachable": "till_offline",
    "api_not_enabled": "pos_payment_api_disabled",
    "staff_missing": "pos_staff_inactive",
    "staff_not_found": "pos_staff_inactive",
    "payment_method_not_found": "pos_payment_method_missing",
    "payment_method_native": "pos_method_is_native",
    "overpaid": "amount_exceeds_remaining",
    "check_already_closed": "check_closed",
    "check_not_found": "check_not_found",
    "item_not_found": "invalid_sku",
    "item_not_added": "invalid_sku",
    "printing_failed": "printing_error",
    "invalid_request": "pos_rejected_other",
    "update_failed": "pos_rejected_other",
    "till_refused": "pos_rejected_other",
    "payment_not_found": "pos_rejected_other",
}
"""A connector's failure code (`pos.orders.Failure.code`) and the row it is."""


def failure_of(signal: str) -> Failure:
    """The row of a till's refusal; what nobody knows is T15."""
    return BY_CODE[SIGNALS.get(signal, OTHER.code)]


def of_refund(due: int) -> str:
    """The row of a payment that was given back, all or in part, and stands whole on the till (T22)."""
    return "refund_not_booked" if due else "refund_not_removed"


def named(code: str) -> Failure:
    """The row of one of our codes; what is no row of its own is T15."""
    return BY_CODE.get(code, OTHER)
