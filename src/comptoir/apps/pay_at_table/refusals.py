"""The till's refusals in the words of the failure table (pay-at-table.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Refusal:
    """`code` is ours and stable; `again_by_itself` is how often the same is tried before a person is asked."""

    code: str
    again_by_itself: int = 0
    transient: bool = False


OTHER: Final = Refusal("pos_rejected_other", again_by_itself=2)
REFUSALS: Final[Mapping[str, Refusal]] = {
    "till_unreachable": Refusal("till_offline", again_by_itself=1000, transient=True),
    "api_not_enabled": Refusal("pos_payment_api_disabled"),
    "staff_missing": Refusal("pos_staff_inactive"),
    "staff_not_found": Refusal("pos_staff_inactive"),
    "payment_method_not_found": Refusal("pos_payment_method_missing"),
    "payment_method_native": Refusal("pos_method_is_native"),
    "overpaid": Refusal("amount_exceeds_remaining"),
    "check_already_closed": Refusal("check_closed"),
    "check_not_found": Refusal("check_not_found"),
    "invalid_request": OTHER,
    "update_failed": OTHER,
    "till_refused": OTHER,
    "payment_not_found": OTHER,
}


def refusal_of(code: str) -> Refusal:
    """What a connector's failure code means here."""
    return REFUSALS.get(code, OTHER)
