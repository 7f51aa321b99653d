from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.order_kind import OrderKind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.guest_in import GuestIn
    from ..models.item_in import ItemIn
    from ..models.order_payment_in import OrderPaymentIn


T = TypeVar("T", bound="OrderIn")


@_attrs_define
class OrderIn:
    """An order. `check_id` adds it to a running bill, whose table and covers then stay.

    Attributes:
        items (list[ItemIn]):
        provider_order_id (str):
        type_ (OrderKind): How an order is served.
        check_id (str | Unset):  Default: ''.
        collect_at (datetime.datetime | None | Unset):
        covers (int | None | Unset):
        customer (GuestIn | Unset): Whom the order is for; without a name it is called after the table.
        note (str | Unset):  Default: ''.
        payment (None | OrderPaymentIn | Unset):
        table_number (str | Unset):  Default: ''.
    """

    items: list[ItemIn]
    provider_order_id: str
    type_: OrderKind
    check_id: str | Unset = ""
    collect_at: datetime.datetime | None | Unset = UNSET
    covers: int | None | Unset = UNSET
    customer: GuestIn | Unset = UNSET
    note: str | Unset = ""
    payment: None | OrderPaymentIn | Unset = UNSET
    table_number: str | Unset = ""
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.order_payment_in import OrderPaymentIn  # noqa: PLC0415

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        provider_order_id = self.provider_order_id

        type_ = self.type_.value

        check_id = self.check_id

        collect_at: None | str | Unset
        if isinstance(self.collect_at, Unset):
            collect_at = UNSET
        elif isinstance(self.collect_at, datetime.datetime):
            collect_at = self.collect_at.isoformat()
        else:
            collect_at = self.collect_at

        covers: int | None | Unset
        if isinstance(self.covers, Unset):
            covers = UNSET
        else:
            covers = self.covers

        customer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.customer, Unset):
            customer = self.customer.to_dict()

        note = self.note

        payment: dict[str, Any] | None | Unset
        if isinstance(self.payment, Unset):
            payment = UNSET
        elif isinstance(self.payment, OrderPaymentIn):
            payment = self.payment.to_dict()
        else:
            payment = self.payment

        table_number = self.table_number

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "provider_order_id": provider_order_id,
                "type": type_,
            }
        )
        if check_id is not UNSET:
            field_dict["check_id"] = check_id
        if collect_at is not UNSET:
            field_dict["collect_at"] = collect_at
        if covers is not UNSET:
            field_dict["covers"] = covers
        if customer is not UNSET:
            field_dict["customer"] = customer
        if note is not UNSET:
            field_dict["note"] = note
        if payment is not UNSET:
            field_dict["payment"] = payment
        if table_number is not UNSET:
            field_dict["table_number"] = table_number

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.guest_in import GuestIn  # noqa: PLC0415
        from ..models.item_in import ItemIn  # noqa: PLC0415
        from ..models.order_payment_in import OrderPaymentIn  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = ItemIn.from_dict(items_item_data)

            items.append(items_item)

        provider_order_id = d.pop("provider_order_id")

        type_ = OrderKind(d.pop("type"))

        check_id = d.pop("check_id", UNSET)

        def _parse_collect_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                collect_at_type_0 = datetime.datetime.fromisoformat(data)

                return collect_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        collect_at = _parse_collect_at(d.pop("collect_at", UNSET))

        def _parse_covers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        covers = _parse_covers(d.pop("covers", UNSET))

        _customer = d.pop("customer", UNSET)
        customer: GuestIn | Unset
        if isinstance(_customer, Unset):
            customer = UNSET
        else:
            customer = GuestIn.from_dict(_customer)

        note = d.pop("note", UNSET)

        def _parse_payment(data: object) -> None | OrderPaymentIn | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payment_type_0 = OrderPaymentIn.from_dict(data)

                return payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OrderPaymentIn | Unset, data)

        payment = _parse_payment(d.pop("payment", UNSET))

        table_number = d.pop("table_number", UNSET)

        order_in = cls(
            items=items,
            provider_order_id=provider_order_id,
            type_=type_,
            check_id=check_id,
            collect_at=collect_at,
            covers=covers,
            customer=customer,
            note=note,
            payment=payment,
            table_number=table_number,
        )

        order_in.additional_properties = d
        return order_in

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
