"""Contains all the data models used in inputs/outputs"""

from .again_out import AgainOut
from .amount import Amount
from .availability_out import AvailabilityOut
from .capabilities_out import CapabilitiesOut
from .check_line_out import CheckLineOut
from .check_out import CheckOut
from .confirm_in import ConfirmIn
from .day_row_out import DayRowOut
from .day_sums_out import DaySumsOut
from .endpoint_change import EndpointChange
from .endpoint_in import EndpointIn
from .endpoint_out import EndpointOut
from .event_out import EventOut
from .event_out_data import EventOutData
from .events_out import EventsOut
from .floor_plan_out import FloorPlanOut
from .floor_plans_out import FloorPlansOut
from .guest_in import GuestIn
from .guest_payment_out import GuestPaymentOut
from .intent_in import IntentIn
from .intent_out import IntentOut
from .item_in import ItemIn
from .line_claim_in import LineClaimIn
from .link_out import LinkOut
from .linked_integration_out import LinkedIntegrationOut
from .list_checks_status import ListChecksStatus
from .list_sent_state_type_0 import ListSentStateType0
from .menu_item_out import MenuItemOut
from .menu_name_out import MenuNameOut
from .menu_out import MenuOut
from .method_kind import MethodKind
from .methods_out import MethodsOut
from .new_endpoint_out import NewEndpointOut
from .order_in import OrderIn
from .order_item_out import OrderItemOut
from .order_kind import OrderKind
from .order_out import OrderOut
from .order_payment_in import OrderPaymentIn
from .paid_item_out import PaidItemOut
from .payment_attempt_out import PaymentAttemptOut
from .payment_in import PaymentIn
from .payments_out import PaymentsOut
from .pos_method_out import PosMethodOut
from .problem import Problem
from .problem_check_type_0 import ProblemCheckType0
from .problem_errors_type_0_item import ProblemErrorsType0Item
from .readiness_out import ReadinessOut
from .reason_out import ReasonOut
from .reconciliation_out import ReconciliationOut
from .refund_in import RefundIn
from .refund_out import RefundOut
from .refund_status import RefundStatus
from .sent_out import SentOut
from .sent_page_out import SentPageOut
from .split_in import SplitIn
from .split_out import SplitOut
from .sub_item_in import SubItemIn
from .table_out import TableOut
from .till_payment_out import TillPaymentOut
from .unplaced_in import UnplacedIn

__all__ = (
    "AgainOut",
    "Amount",
    "AvailabilityOut",
    "CapabilitiesOut",
    "CheckLineOut",
    "CheckOut",
    "ConfirmIn",
    "DayRowOut",
    "DaySumsOut",
    "EndpointChange",
    "EndpointIn",
    "EndpointOut",
    "EventOut",
    "EventOutData",
    "EventsOut",
    "FloorPlanOut",
    "FloorPlansOut",
    "GuestIn",
    "GuestPaymentOut",
    "IntentIn",
    "IntentOut",
    "ItemIn",
    "LineClaimIn",
    "LinkedIntegrationOut",
    "LinkOut",
    "ListChecksStatus",
    "ListSentStateType0",
    "MenuItemOut",
    "MenuNameOut",
    "MenuOut",
    "MethodKind",
    "MethodsOut",
    "NewEndpointOut",
    "OrderIn",
    "OrderItemOut",
    "OrderKind",
    "OrderOut",
    "OrderPaymentIn",
    "PaidItemOut",
    "PaymentAttemptOut",
    "PaymentIn",
    "PaymentsOut",
    "PosMethodOut",
    "Problem",
    "ProblemCheckType0",
    "ProblemErrorsType0Item",
    "ReadinessOut",
    "ReasonOut",
    "ReconciliationOut",
    "RefundIn",
    "RefundOut",
    "RefundStatus",
    "SentOut",
    "SentPageOut",
    "SplitIn",
    "SplitOut",
    "SubItemIn",
    "TableOut",
    "TillPaymentOut",
    "UnplacedIn",
)
