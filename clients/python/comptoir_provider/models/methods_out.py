from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MethodsOut")


@_attrs_define
class MethodsOut:
    """Under which payment method of the till each kind of money is entered; empty: this kind is not taken.

    The labels are what the till calls them; empty until it was asked.

        Attributes:
            card (str):
            card_label (str):
            voucher (str):
            voucher_label (str):
    """

    card: str
    card_label: str
    voucher: str
    voucher_label: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        card = self.card

        card_label = self.card_label

        voucher = self.voucher

        voucher_label = self.voucher_label

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "card": card,
                "card_label": card_label,
                "voucher": voucher,
                "voucher_label": voucher_label,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        card = d.pop("card")

        card_label = d.pop("card_label")

        voucher = d.pop("voucher")

        voucher_label = d.pop("voucher_label")

        methods_out = cls(
            card=card,
            card_label=card_label,
            voucher=voucher,
            voucher_label=voucher_label,
        )

        methods_out.additional_properties = d
        return methods_out

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
