from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.guest_payment_out import GuestPaymentOut
    from ..models.order_item_out import OrderItemOut


T = TypeVar("T", bound="OrderOut")


@_attrs_define
class OrderOut:
    """An order and where it is. Only from `accepted` on does the kitchen have it.

    `queued`, `sent` and `unknown` (the till has not said) go on by themselves; `failed` waits for somebody.

        Attributes:
            check_id (str):
            created_at (datetime.datetime):
            id (str):
            items (list[OrderItemOut]):
            payment (GuestPaymentOut | None):
            pos_check_id (str):
            pos_raw (str):
            provider_order_id (str):
            reason (str):
            state (str):
            table_number (str):
            type_ (str):
            updated_at (datetime.datetime):
    """

    check_id: str
    created_at: datetime.datetime
    id: str
    items: list[OrderItemOut]
    payment: GuestPaymentOut | None
    pos_check_id: str
    pos_raw: str
    provider_order_id: str
    reason: str
    state: str
    table_number: str
    type_: str
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.guest_payment_out import GuestPaymentOut  # noqa: PLC0415

        check_id = self.check_id

        created_at = self.created_at.isoformat()

        id = self.id

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        payment: dict[str, Any] | None
        if isinstance(self.payment, GuestPaymentOut):
            payment = self.payment.to_dict()
        else:
            payment = self.payment

        pos_check_id = self.pos_check_id

        pos_raw = self.pos_raw

        provider_order_id = self.provider_order_id

        reason = self.reason

        state = self.state

        table_number = self.table_number

        type_ = self.type_

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "check_id": check_id,
                "created_at": created_at,
                "id": id,
                "items": items,
                "payment": payment,
                "pos_check_id": pos_check_id,
                "pos_raw": pos_raw,
                "provider_order_id": provider_order_id,
                "reason": reason,
                "state": state,
                "table_number": table_number,
                "type": type_,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.guest_payment_out import GuestPaymentOut  # noqa: PLC0415
        from ..models.order_item_out import OrderItemOut  # noqa: PLC0415

        d = dict(src_dict)
        check_id = d.pop("check_id")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        id = d.pop("id")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = OrderItemOut.from_dict(items_item_data)

            items.append(items_item)

        def _parse_payment(data: object) -> GuestPaymentOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payment_type_0 = GuestPaymentOut.from_dict(data)

                return payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(GuestPaymentOut | None, data)

        payment = _parse_payment(d.pop("payment"))

        pos_check_id = d.pop("pos_check_id")

        pos_raw = d.pop("pos_raw")

        provider_order_id = d.pop("provider_order_id")

        reason = d.pop("reason")

        state = d.pop("state")

        table_number = d.pop("table_number")

        type_ = d.pop("type")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        order_out = cls(
            check_id=check_id,
            created_at=created_at,
            id=id,
            items=items,
            payment=payment,
            pos_check_id=pos_check_id,
            pos_raw=pos_raw,
            provider_order_id=provider_order_id,
            reason=reason,
            state=state,
            table_number=table_number,
            type_=type_,
            updated_at=updated_at,
        )

        order_out.additional_properties = d
        return order_out

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
