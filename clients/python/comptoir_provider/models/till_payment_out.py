from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="TillPaymentOut")


@_attrs_define
class TillPaymentOut:
    """A payment as the till shows it; `external_reference` is ours where it came through Comptoir.

    Attributes:
        amount (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        external_reference (str):
        method (str):
        method_label (str):
    """

    amount: Amount
    external_reference: str
    method: str
    method_label: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        external_reference = self.external_reference

        method = self.method

        method_label = self.method_label

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "external_reference": external_reference,
                "method": method,
                "method_label": method_label,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        amount = Amount.from_dict(d.pop("amount"))

        external_reference = d.pop("external_reference")

        method = d.pop("method")

        method_label = d.pop("method_label")

        till_payment_out = cls(
            amount=amount,
            external_reference=external_reference,
            method=method,
            method_label=method_label,
        )

        till_payment_out.additional_properties = d
        return till_payment_out

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
