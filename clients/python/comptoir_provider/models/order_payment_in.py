from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.method_kind import MethodKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="OrderPaymentIn")


@_attrs_define
class OrderPaymentIn:
    """Money that was taken with the order, the tip beside.

    Attributes:
        amount (int):
        currency (str):
        provider_payment_id (str):
        method_kind (MethodKind | Unset): What the guest paid with; each is entered under a payment method of the
            till's. Default: MethodKind.CARD.
        tip (int | Unset):  Default: 0.
    """

    amount: int
    currency: str
    provider_payment_id: str
    method_kind: MethodKind | Unset = MethodKind.CARD
    tip: int | Unset = 0
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        currency = self.currency

        provider_payment_id = self.provider_payment_id

        method_kind: str | Unset = UNSET
        if not isinstance(self.method_kind, Unset):
            method_kind = self.method_kind.value

        tip = self.tip

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "currency": currency,
                "provider_payment_id": provider_payment_id,
            }
        )
        if method_kind is not UNSET:
            field_dict["method_kind"] = method_kind
        if tip is not UNSET:
            field_dict["tip"] = tip

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        currency = d.pop("currency")

        provider_payment_id = d.pop("provider_payment_id")

        _method_kind = d.pop("method_kind", UNSET)
        method_kind: MethodKind | Unset
        if isinstance(_method_kind, Unset):
            method_kind = UNSET
        else:
            method_kind = MethodKind(_method_kind)

        tip = d.pop("tip", UNSET)

        order_payment_in = cls(
            amount=amount,
            currency=currency,
            provider_payment_id=provider_payment_id,
            method_kind=method_kind,
            tip=tip,
        )

        order_payment_in.additional_properties = d
        return order_payment_in

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
