"""The till's refusals in the words of the failure table (pay-at-table.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Remedy:
    """`code` is ours and stable; `again_by_itself` is how often the same is tried before a person is asked."""

    code: str
    again_by_itself: int = 0
    transient: bool = False


OTHER: Final = Remedy("pos_rejected_other", again_by_itself=2)
REFUSALS: Final[Mapping[str, Remedy]] = {
    "till_unreachable": Remedy("till_offline", again_by_itself=1000, transient=True),
    "api_not_enabled": Remedy("pos_payment_api_disabled"),
    "staff_missing": Remedy("pos_staff_inactive"),
    "staff_not_found": Remedy("pos_staff_inactive"),
    "payment_method_not_found": Remedy("pos_payment_method_missing"),
    "payment_method_native": Remedy("pos_method_is_native"),
    "overpaid": Remedy("amount_exceeds_remaining"),
    "check_already_closed": Remedy("check_closed"),
    "check_not_found": Remedy("check_not_found"),
    "invalid_request": OTHER,
    "update_failed": OTHER,
    "till_refused": OTHER,
    "payment_not_found": OTHER,
}


def refusal_of(code: str) -> Remedy:
    """What a connector's failure code means here."""
    return REFUSALS.get(code, OTHER)
