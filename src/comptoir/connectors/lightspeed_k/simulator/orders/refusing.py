"""Why a till does not do what it was sent: the vendor's types and words (sheet 10.3)."""

from collections.abc import Mapping
from typing import Final

TIMEOUT: Final = {
    "errorKey": "errors.payment.pos.task_timeout",
    "message": "Not processed before validity ended",
}
REASONS: Final[Mapping[str, str]] = {
    "ACCOUNT_NOT_FOUND": "Account not found",
    "ACCOUNT_ALREADY_CLOSED": "Account is already closed",
    "INVALID_TASK": "Invalid task",
    "ITEM_NOT_ADDED": "Item could not be added",
    "ITEM_NOT_FOUND": "Item not found",
    "MISSING_STAFF": "Staff is missing or inactive",
    "NATIVE_PAYMENT_NOT_SUPPORTED": "Native payment is not supported",
    "OVERPAID": "the payment amount is greater than the amount due",
    "PAYMENT_ID_NOT_FOUND": "Payment not found",
    "PAYMENT_METHOD_NOT_FOUND": "Payment method not found",
    "STAFF_NOT_FOUND": "Staff not found",
    "UPDATE_FAILED": "Update failed",
    "UNKNOWN": "Unknown error",
}
NOT_PRINTED: Final = "Printing error: the kitchen printer cannot be reached"
"""Assumed to reach the webhook as a failure's words (pay-at-table A5), though the order stands on the till."""
BROKEN_RULES: Final[Mapping[str, str]] = {
    "bill_unknown": "ACCOUNT_NOT_FOUND",
    "bill_not_open": "ACCOUNT_ALREADY_CLOSED",
    "bill_overpaid": "OVERPAID",
    "dish_unknown": "ITEM_NOT_FOUND",
}


class Failed(Exception):
    """A till could not do it; `kind` is the vendor's word for why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
