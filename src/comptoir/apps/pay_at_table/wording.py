"""What pages call the states and kinds of this app."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.apps.pay_at_table.link_tables import LinkState
from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.apps.pay_at_table.order_tables import OrderState
from comptoir.web.parts import Level

STATES: Final[dict[str, tuple[Level, Promise]]] = {
    State.RECORDED: ("info", pgettext_lazy("a payment", "Recorded")),
    State.QUEUED: ("warn", _("Waiting")),
    State.SUBMITTED: ("info", _("On its way to the till")),
    State.UNKNOWN: ("warn", _("Being looked for at the till")),
    State.NEEDS_ATTENTION: ("bad", _("Needs you")),
    State.APPLIED: ("ok", _("On the till")),
    State.SETTLED_MANUALLY: ("ok", _("Entered by hand")),
    State.REFUNDED: ("off", _("Refunded")),
    State.REFUND_PENDING_POS: ("warn", _("Refunded, still on the till")),
}
LINKS: Final[dict[str, tuple[Level, Promise]]] = {
    LinkState.WAITING: ("warn", _("Asks to be let in")),
    LinkState.LINKED: ("ok", _("Linked")),
    LinkState.REFUSED: ("off", _("Not let in")),
}
ORDERS: Final[dict[str, tuple[Level, Promise]]] = {
    OrderState.QUEUED: ("info", _("Waiting to be sent")),
    OrderState.SENT: ("info", _("On its way to the till")),
    OrderState.UNKNOWN: ("warn", _("Being looked for at the till")),
    OrderState.FAILED: ("bad", _("Needs you")),
    OrderState.ACCEPTED: ("ok", _("In the kitchen")),
    OrderState.READY: ("ok", _("Ready")),
    OrderState.IN_DELIVERY: ("ok", _("Being delivered")),
    OrderState.DELIVERED: ("ok", _("Delivered")),
    OrderState.CLOSED: ("ok", pgettext_lazy("an order", "Closed")),
    OrderState.ABANDONED: ("off", _("Abandoned")),
    OrderState.CANCELLED: ("off", pgettext_lazy("an order", "Taken back")),
}
TESTS: Final[dict[str, tuple[Level, Promise]]] = {
    State.NEEDS_ATTENTION: ("bad", _("The test did not arrive")),
    State.APPLIED: ("warn", _("On the till, to be removed there")),
    State.SETTLED_MANUALLY: ("off", _("Test over")),
}
"""Of a test payment, where it differs."""
METHODS: Final = {"card": _("Card"), "voucher": _("Voucher"), "test": _("Test payment")}
ACTORS: Final = {"system": _("Comptoir"), "mail": _("the button of a mail"), "till": _("the till")}


def of_state(payment: GuestPayment, state: str) -> tuple[Level, Promise]:
    """What a payment is called in one of its states."""
    return TESTS.get(state, STATES[state]) if payment.is_test else STATES[state]
