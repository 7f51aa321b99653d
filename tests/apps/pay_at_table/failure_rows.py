"""Each row of the failure table as whoever reads its mail meets it: what causes it, what is done about it, its end."""

from collections.abc import Callable
from dataclasses import dataclass

from comptoir.apps.pay_at_table.models import GuestPayment, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.pos.hosting import Response
from tests.apps.pay_at_table import failure_causes as by
from tests.apps.pay_at_table import failure_mends as then
from tests.apps.pay_at_table.failure_scene import Scene
from tests.apps.pay_at_table.table import PAY, Table


@dataclass(frozen=True)
class Row:
    """`code` is ours; `says`: words of the mail and of the page behind it; `state` is where it ends, `shows` what the
    day's report says of it then, `lands` what of it is on the till (minor units), all of it unless it is said.

    What somebody booked beside a line is known to nobody else: the report goes on naming the line.
    """

    code: str
    cause: Callable[[Table], GuestPayment]
    says: str
    button: str
    mend: Callable[[Scene, GuestPayment], None]
    state: State = State.APPLIED
    shows: str = "matched"
    lands: int | None = None


WAIT, RETRY, METHOD = "See where it stands", "Retry now", "Choose the payment method"
ODD = Response(400, b'{"status":400,"message":"something odd"}')
REFUNDED = (State.REFUNDED, "refunded", 0)

ROWS = {
    "t01": Row(
        "pos_payment_api_disabled",
        by.condition(Condition.API_DISABLED),
        "Ask Lightspeed support",
        RETRY,
        then.put_right_and_press,
    ),
    "t02": Row(
        "pos_staff_inactive", by.condition(Condition.STAFF_INACTIVE), "Reactivate it", RETRY, then.put_right_and_press
    ),
    "t03": Row(
        "pos_payment_method_missing",
        by.condition(Condition.METHOD_REMOVED),
        "choose the payment method again",
        METHOD,
        then.choose_method("CASH"),
    ),
    "t03_none_chosen": Row(
        "method_not_mapped",
        by.of_no_method,
        "No payment method of the till is chosen",
        METHOD,
        then.choose_method("APM"),
    ),
    "t04": Row(
        "amount_exceeds_remaining",
        by.paid_meanwhile,
        "Remaining on the till: €12.00",
        RETRY,
        then.put_the_item_back_and_press,
    ),
    "t04_part_refunded": Row(
        "amount_exceeds_remaining",
        by.paid_meanwhile,
        "Refund €12.00 and apply €12.00",
        RETRY,
        then.have_part_refunded,
        lands=1200,
    ),
    "t04_all_refunded": Row(
        "amount_exceeds_remaining", by.paid_meanwhile, "or refund all of it", RETRY, then.have_it_refunded, *REFUNDED
    ),
    "t05": Row("check_closed", by.closed_meanwhile, "The table was closed", RETRY, then.have_it_refunded, *REFUNDED),
    "t05_reopened": Row("check_closed", by.closed_meanwhile, "reopen it on the till", RETRY, then.reopen_and_press),
    "t06": Row("pos_unreachable", by.answers(Response(503)), "payments are kept", WAIT, then.put_right_and_press),
    "t06_not_sent": Row("not_sent_yet", by.nobody_works, "has not reached the till yet", WAIT, then.nothing),
    "t07": Row(
        "till_offline",
        by.condition(Condition.TILL_OFFLINE, minutes=2.1),
        "Open the Lightspeed app",
        RETRY,
        then.put_right_and_press,
    ),
    "t08": Row(
        "sales_period_closed",
        by.condition(Condition.SALES_PERIOD_CLOSED, minutes=2.1),
        "Open the sales period",
        RETRY,
        then.put_right_and_press,
    ),
    "t09": Row(
        "check_not_found",
        by.unknown_bill,
        "no longer knows this bill",
        "Choose the bill",
        then.choose_the_bill_and_press,
    ),
    "t09_not_named": Row(
        "check_unknown", by.of_no_bill, "nobody said for which bill", "Choose the bill", then.choose_the_bill_and_press
    ),
    "t10": Row(
        "reauth_required", by.consent_withdrawn, "All waiting payments go out", "Reconnect Lightspeed", then.reconnect
    ),
    "t11": Row("unknown_result", by.no_answer, "Do not enter it by hand yet", WAIT, then.put_right),
    "t14": Row("duplicate_on_pos", by.twice, "Remove the second line", RETRY, then.strike_out_and_press),
    "t15": Row(
        "pos_rejected_other", by.answers(ODD, at=PAY, rounds=12), "something odd", RETRY, then.put_right_and_press
    ),
    "t15_other_amount": Row(
        "amount_differs", by.typed_over, "Correct the line on the till", RETRY, then.correct_the_line_and_press
    ),
    "t15_removed": Row("reversed_on_pos", by.removed, "its line is gone", RETRY, then.just_press),
    "t15_used_up": Row(
        "attempts_used_up",
        by.tried_twenty_times,
        "Enter the payment by hand with method APM",
        WAIT,
        then.enter_by_hand,
        State.SETTLED_MANUALLY,
        "settled_manually",
        0,
    ),
    "t16": Row(
        "pos_rate_limited",
        by.answers(Response(429, b"{}", {"retry-after": "1"})),
        "Nothing to do",
        WAIT,
        then.put_right_and_press,
    ),
    "t17": Row("reference_used", by.reference_used, "Lightspeed has this payment already", WAIT, then.nothing),
    "t18": Row(
        "currency_mismatch",
        by.other_currency,
        "in another currency",
        "Have it refunded",
        then.have_it_refunded,
        *REFUNDED,
    ),
    "t22": Row("refund_not_removed", by.refunded_only, "Remove the line on the till", WAIT, then.strike_out, *REFUNDED),
    "t22_in_part": Row(
        "refund_not_booked",
        by.part_refunded,
        "Book a refund of €8.00",
        WAIT,
        then.book_the_refund,
        State.APPLIED,
        "refunded_not_removed",
        2000,
    ),
    "t23": Row("pos_method_is_native", by.terminal, "card terminal", METHOD, then.choose_method("APM")),
    "f13": Row(
        "plan_inactive",
        by.plan_ended,
        "Add the integration to your plan again",
        "Add it to the plan",
        then.add_to_the_plan_and_press,
    ),
}
