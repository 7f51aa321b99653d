"""Why a till did not do what it was asked, in stable codes and in words for an owner; pure."""

import re
from collections.abc import Mapping
from typing import Final

from comptoir.connectors.lightspeed_k.figures import text
from comptoir.pos.orders import Failure, FailureKind

CONFIGURATION, TRANSIENT, RACE, UNKNOWN = (
    FailureKind.CONFIGURATION,
    FailureKind.TRANSIENT,
    FailureKind.RACE,
    FailureKind.UNKNOWN,
)

TIMEOUT: Final = "TIMEOUT"
"""Ours, for `errors.timeout`; all other types are the vendor's, but for those below it has no type for."""
API_DISABLED: Final = "API_DISABLED"
GUEST_KNOWN: Final = "GUEST_KNOWN"
UNKNOWN_TYPE: Final = "UNKNOWN"

FAILURES: Final[Mapping[str, tuple[str, FailureKind, str]]] = {
    TIMEOUT: (
        "till_unreachable",
        TRANSIENT,
        "No till could be reached in time. See that one is switched on, online and in an open sales period, then try"
        " again.",
    ),
    API_DISABLED: (
        "api_not_enabled",
        CONFIGURATION,
        "Lightspeed does not take orders and payments from outside at this place. Ask Lightspeed to switch on the"
        " Order and Pay API for it.",
    ),
    GUEST_KNOWN: (
        "guest_known_otherwise",
        CONFIGURATION,
        "Lightspeed knows this e-mail address under another reference. Send the order without the e-mail address.",
    ),
    "ACCOUNT_NOT_FOUND": (
        "check_not_found",
        RACE,
        "The bill is no longer on the till under this number: it was moved, merged or edited. Open the table again and"
        " use what is shown there.",
    ),
    "ACCOUNT_ALREADY_CLOSED": (
        "check_already_closed",
        RACE,
        "The bill was already closed on the till. Check whether it was paid twice, and give back what was too much.",
    ),
    "OVERPAID": (
        "overpaid",
        RACE,
        "The amount is more than what is still due on the till. Read the bill again and decide what to give back.",
    ),
    "PAYMENT_METHOD_NOT_FOUND": (
        "payment_method_not_found",
        CONFIGURATION,
        "The payment method no longer exists on the till under this code. Choose one again in the settings.",
    ),
    "NATIVE_PAYMENT_NOT_SUPPORTED": (
        "payment_method_native",
        CONFIGURATION,
        "The payment method belongs to a card terminal of the till. Choose a plain one in the settings.",
    ),
    "MISSING_STAFF": (
        "staff_missing",
        CONFIGURATION,
        "The till has no user to enter this under. Name an active user in the till's API settings.",
    ),
    "STAFF_NOT_FOUND": (
        "staff_not_found",
        CONFIGURATION,
        "The user this is entered under no longer exists or is inactive. Choose an active user in the settings.",
    ),
    "ITEM_NOT_FOUND": (
        "item_not_found",
        CONFIGURATION,
        "The till does not know one of the items. Match the items again, then send the order anew.",
    ),
    "ITEM_NOT_ADDED": ("item_not_added", UNKNOWN, "The till could not add one of the items. Look at the bill there."),
    "INVALID_TASK": ("invalid_request", UNKNOWN, "The till could not make sense of the request. Enter it by hand."),
    "UPDATE_FAILED": ("update_failed", UNKNOWN, "The till could not change the bill. Look at the bill there."),
    "PAYMENT_ID_NOT_FOUND": (
        "payment_not_found",
        UNKNOWN,
        "The till does not know the payment. Look at the bill there.",
    ),
    UNKNOWN_TYPE: ("till_refused", UNKNOWN, "The till refused without a reason that Comptoir knows. Look at it there."),
}

REASONS: Final = (
    (re.compile("validity ended", re.IGNORECASE), TIMEOUT),
    (re.compile("account is already closed", re.IGNORECASE), "ACCOUNT_ALREADY_CLOSED"),
    (re.compile("greater than the amount due", re.IGNORECASE), "OVERPAID"),
    (re.compile("payment method not found", re.IGNORECASE), "PAYMENT_METHOD_NOT_FOUND"),
    (re.compile("account not found", re.IGNORECASE), "ACCOUNT_NOT_FOUND"),
    (re.compile(r"\b(item|sku)\b.{0,40}\b(not found|unknown|invalid|does not exist)", re.IGNORECASE), "ITEM_NOT_FOUND"),
    (re.compile(r"\b(unknown|invalid) (item|sku)\b", re.IGNORECASE), "ITEM_NOT_FOUND"),
    (re.compile(r"\bitem\b.{0,40}\bnot be(en)? added", re.IGNORECASE), "ITEM_NOT_ADDED"),
    (re.compile(r"\bstaff\b.{0,20}\b(missing|inactive|not active)", re.IGNORECASE), "MISSING_STAFF"),
    (re.compile(r"\bstaff\b.{0,20}\bnot found", re.IGNORECASE), "STAFF_NOT_FOUND"),
    (re.compile("consumer already exists", re.IGNORECASE), GUEST_KNOWN),
    (re.compile("(api|payment|order)s?.{0,20} (not|isn't) (been )?(enabled|activated)", re.IGNORECASE), API_DISABLED),
)
"""A7, and bodies without `errors`, as all failures of orders are: types told from the vendor's sentences."""

REFERENCE_USED: Final = re.compile("reference has already been used", re.IGNORECASE)
"""400 on a payment, 409 on an order: what we ask for was asked for before."""


def failure(kind: str | None, reason: str | None) -> Failure:
    """A failure of this type; without one, or with one nobody knows, its sentence decides."""
    known = kind if kind and kind in FAILURES and kind != UNKNOWN_TYPE else kind_of(reason or "")
    code, help_kind, words = FAILURES[known]
    return Failure(code=code, kind=help_kind, for_owner=words, said=text(reason or kind))


def kind_of(reason: str) -> str:
    """The type a sentence of the vendor's stands for."""
    return next((kind for sentence, kind in REASONS if sentence.search(reason)), UNKNOWN_TYPE)
