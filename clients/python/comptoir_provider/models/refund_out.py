from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="RefundOut")


@_attrs_define
class RefundOut:
    """A refund as it was reported last.

    Attributes:
        amount (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        created_at (datetime.datetime):
        id (str):
        payment_id (str):
        provider_refund_id (str):
        reason (str):
        status (str):
        updated_at (datetime.datetime):
    """

    amount: Amount
    created_at: datetime.datetime
    id: str
    payment_id: str
    provider_refund_id: str
    reason: str
    status: str
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        created_at = self.created_at.isoformat()

        id = self.id

        payment_id = self.payment_id

        provider_refund_id = self.provider_refund_id

        reason = self.reason

        status = self.status

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "created_at": created_at,
                "id": id,
                "payment_id": payment_id,
                "provider_refund_id": provider_refund_id,
                "reason": reason,
                "status": status,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        amount = Amount.from_dict(d.pop("amount"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        id = d.pop("id")

        payment_id = d.pop("payment_id")

        provider_refund_id = d.pop("provider_refund_id")

        reason = d.pop("reason")

        status = d.pop("status")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        refund_out = cls(
            amount=amount,
            created_at=created_at,
            id=id,
            payment_id=payment_id,
            provider_refund_id=provider_refund_id,
            reason=reason,
            status=status,
            updated_at=updated_at,
        )

        refund_out.additional_properties = d
        return refund_out

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
