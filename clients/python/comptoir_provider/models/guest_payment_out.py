from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount
    from ..models.paid_item_out import PaidItemOut
    from ..models.payment_attempt_out import PaymentAttemptOut
    from ..models.pos_method_out import PosMethodOut
    from ..models.reason_out import ReasonOut
    from ..models.refund_out import RefundOut


T = TypeVar("T", bound="GuestPaymentOut")


@_attrs_define
class GuestPaymentOut:
    """A guest payment and where it stands; money is on the till only in `applied`.

    `due`: what of the amount belongs on the till, less once some of it was given back.
    `refund_asked`: how much the restaurant asks to have given back.
    `retryable`: a retry would do something now. `captured_in_future`: the provider's clock is
    wrong; the instant it came counts. `items`: empty where no items were claimed.
    `staff_view_url`: its page for the restaurant's people, who sign in there.

        Attributes:
            amount (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            applied_at (datetime.datetime | None):
            attempts (list[PaymentAttemptOut]):
            business_date (datetime.date | None):
            captured_at (datetime.datetime | None):
            captured_in_future (bool):
            check_id (str):
            created_at (datetime.datetime):
            due (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            group_id (str):
            id (str):
            integration_id (str):
            intent_id (str):
            items (list[PaidItemOut]):
            method_kind (str):
            next_retry_at (datetime.datetime | None):
            pos_check_id (str):
            pos_method (PosMethodOut): The till's payment method that a payment was sent with, and what the till calls it;
                both empty before.
            pos_reference (str):
            provider_payment_id (str):
            reason (str):
            refund_asked (Amount | None):
            refund_asked_at (datetime.datetime | None):
            refunds (list[RefundOut]):
            retryable (bool):
            staff_view_url (str):
            state (str):
            state_reason (None | ReasonOut):
            table_number (str):
            tip (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            tip_sent_to_pos (bool):
            updated_at (datetime.datetime):
    """

    amount: Amount
    applied_at: datetime.datetime | None
    attempts: list[PaymentAttemptOut]
    business_date: datetime.date | None
    captured_at: datetime.datetime | None
    captured_in_future: bool
    check_id: str
    created_at: datetime.datetime
    due: Amount
    group_id: str
    id: str
    integration_id: str
    intent_id: str
    items: list[PaidItemOut]
    method_kind: str
    next_retry_at: datetime.datetime | None
    pos_check_id: str
    pos_method: PosMethodOut
    pos_reference: str
    provider_payment_id: str
    reason: str
    refund_asked: Amount | None
    refund_asked_at: datetime.datetime | None
    refunds: list[RefundOut]
    retryable: bool
    staff_view_url: str
    state: str
    state_reason: None | ReasonOut
    table_number: str
    tip: Amount
    tip_sent_to_pos: bool
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.amount import Amount  # noqa: PLC0415
        from ..models.reason_out import ReasonOut  # noqa: PLC0415

        amount = self.amount.to_dict()

        applied_at: None | str
        if isinstance(self.applied_at, datetime.datetime):
            applied_at = self.applied_at.isoformat()
        else:
            applied_at = self.applied_at

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        business_date: None | str
        if isinstance(self.business_date, datetime.date):
            business_date = self.business_date.isoformat()
        else:
            business_date = self.business_date

        captured_at: None | str
        if isinstance(self.captured_at, datetime.datetime):
            captured_at = self.captured_at.isoformat()
        else:
            captured_at = self.captured_at

        captured_in_future = self.captured_in_future

        check_id = self.check_id

        created_at = self.created_at.isoformat()

        due = self.due.to_dict()

        group_id = self.group_id

        id = self.id

        integration_id = self.integration_id

        intent_id = self.intent_id

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        method_kind = self.method_kind

        next_retry_at: None | str
        if isinstance(self.next_retry_at, datetime.datetime):
            next_retry_at = self.next_retry_at.isoformat()
        else:
            next_retry_at = self.next_retry_at

        pos_check_id = self.pos_check_id

        pos_method = self.pos_method.to_dict()

        pos_reference = self.pos_reference

        provider_payment_id = self.provider_payment_id

        reason = self.reason

        refund_asked: dict[str, Any] | None
        if isinstance(self.refund_asked, Amount):
            refund_asked = self.refund_asked.to_dict()
        else:
            refund_asked = self.refund_asked

        refund_asked_at: None | str
        if isinstance(self.refund_asked_at, datetime.datetime):
            refund_asked_at = self.refund_asked_at.isoformat()
        else:
            refund_asked_at = self.refund_asked_at

        refunds = []
        for refunds_item_data in self.refunds:
            refunds_item = refunds_item_data.to_dict()
            refunds.append(refunds_item)

        retryable = self.retryable

        staff_view_url = self.staff_view_url

        state = self.state

        state_reason: dict[str, Any] | None
        if isinstance(self.state_reason, ReasonOut):
            state_reason = self.state_reason.to_dict()
        else:
            state_reason = self.state_reason

        table_number = self.table_number

        tip = self.tip.to_dict()

        tip_sent_to_pos = self.tip_sent_to_pos

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "applied_at": applied_at,
                "attempts": attempts,
                "business_date": business_date,
                "captured_at": captured_at,
                "captured_in_future": captured_in_future,
                "check_id": check_id,
                "created_at": created_at,
                "due": due,
                "group_id": group_id,
                "id": id,
                "integration_id": integration_id,
                "intent_id": intent_id,
                "items": items,
                "method_kind": method_kind,
                "next_retry_at": next_retry_at,
                "pos_check_id": pos_check_id,
                "pos_method": pos_method,
                "pos_reference": pos_reference,
                "provider_payment_id": provider_payment_id,
                "reason": reason,
                "refund_asked": refund_asked,
                "refund_asked_at": refund_asked_at,
                "refunds": refunds,
                "retryable": retryable,
                "staff_view_url": staff_view_url,
                "state": state,
                "state_reason": state_reason,
                "table_number": table_number,
                "tip": tip,
                "tip_sent_to_pos": tip_sent_to_pos,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415
        from ..models.paid_item_out import PaidItemOut  # noqa: PLC0415
        from ..models.payment_attempt_out import PaymentAttemptOut  # noqa: PLC0415
        from ..models.pos_method_out import PosMethodOut  # noqa: PLC0415
        from ..models.reason_out import ReasonOut  # noqa: PLC0415
        from ..models.refund_out import RefundOut  # noqa: PLC0415

        d = dict(src_dict)
        amount = Amount.from_dict(d.pop("amount"))

        def _parse_applied_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                applied_at_type_0 = datetime.datetime.fromisoformat(data)

                return applied_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        applied_at = _parse_applied_at(d.pop("applied_at"))

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = PaymentAttemptOut.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        def _parse_business_date(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                business_date_type_0 = datetime.date.fromisoformat(data)

                return business_date_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        business_date = _parse_business_date(d.pop("business_date"))

        def _parse_captured_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                captured_at_type_0 = datetime.datetime.fromisoformat(data)

                return captured_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        captured_at = _parse_captured_at(d.pop("captured_at"))

        captured_in_future = d.pop("captured_in_future")

        check_id = d.pop("check_id")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        due = Amount.from_dict(d.pop("due"))

        group_id = d.pop("group_id")

        id = d.pop("id")

        integration_id = d.pop("integration_id")

        intent_id = d.pop("intent_id")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = PaidItemOut.from_dict(items_item_data)

            items.append(items_item)

        method_kind = d.pop("method_kind")

        def _parse_next_retry_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_retry_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_retry_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_retry_at = _parse_next_retry_at(d.pop("next_retry_at"))

        pos_check_id = d.pop("pos_check_id")

        pos_method = PosMethodOut.from_dict(d.pop("pos_method"))

        pos_reference = d.pop("pos_reference")

        provider_payment_id = d.pop("provider_payment_id")

        reason = d.pop("reason")

        def _parse_refund_asked(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                refund_asked_type_0 = Amount.from_dict(data)

                return refund_asked_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        refund_asked = _parse_refund_asked(d.pop("refund_asked"))

        def _parse_refund_asked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                refund_asked_at_type_0 = datetime.datetime.fromisoformat(data)

                return refund_asked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        refund_asked_at = _parse_refund_asked_at(d.pop("refund_asked_at"))

        refunds = []
        _refunds = d.pop("refunds")
        for refunds_item_data in _refunds:
            refunds_item = RefundOut.from_dict(refunds_item_data)

            refunds.append(refunds_item)

        retryable = d.pop("retryable")

        staff_view_url = d.pop("staff_view_url")

        state = d.pop("state")

        def _parse_state_reason(data: object) -> None | ReasonOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                state_reason_type_0 = ReasonOut.from_dict(data)

                return state_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReasonOut, data)

        state_reason = _parse_state_reason(d.pop("state_reason"))

        table_number = d.pop("table_number")

        tip = Amount.from_dict(d.pop("tip"))

        tip_sent_to_pos = d.pop("tip_sent_to_pos")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        guest_payment_out = cls(
            amount=amount,
            applied_at=applied_at,
            attempts=attempts,
            business_date=business_date,
            captured_at=captured_at,
            captured_in_future=captured_in_future,
            check_id=check_id,
            created_at=created_at,
            due=due,
            group_id=group_id,
            id=id,
            integration_id=integration_id,
            intent_id=intent_id,
            items=items,
            method_kind=method_kind,
            next_retry_at=next_retry_at,
            pos_check_id=pos_check_id,
            pos_method=pos_method,
            pos_reference=pos_reference,
            provider_payment_id=provider_payment_id,
            reason=reason,
            refund_asked=refund_asked,
            refund_asked_at=refund_asked_at,
            refunds=refunds,
            retryable=retryable,
            staff_view_url=staff_view_url,
            state=state,
            state_reason=state_reason,
            table_number=table_number,
            tip=tip,
            tip_sent_to_pos=tip_sent_to_pos,
            updated_at=updated_at,
        )

        guest_payment_out.additional_properties = d
        return guest_payment_out

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
