from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.refund_status import RefundStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="RefundIn")


@_attrs_define
class RefundIn:
    """Money that goes back to the guest; `status` may be reported again as it moves on.

    Attributes:
        amount (int):
        provider_refund_id (str):
        reason (str | Unset):  Default: ''.
        status (RefundStatus | Unset): How far the provider is with giving money back. Default: RefundStatus.SUCCEEDED.
    """

    amount: int
    provider_refund_id: str
    reason: str | Unset = ""
    status: RefundStatus | Unset = RefundStatus.SUCCEEDED
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        provider_refund_id = self.provider_refund_id

        reason = self.reason

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "provider_refund_id": provider_refund_id,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        provider_refund_id = d.pop("provider_refund_id")

        reason = d.pop("reason", UNSET)

        _status = d.pop("status", UNSET)
        status: RefundStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = RefundStatus(_status)

        refund_in = cls(
            amount=amount,
            provider_refund_id=provider_refund_id,
            reason=reason,
            status=status,
        )

        refund_in.additional_properties = d
        return refund_in

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
