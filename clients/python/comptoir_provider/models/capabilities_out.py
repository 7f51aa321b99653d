from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CapabilitiesOut")


@_attrs_define
class CapabilitiesOut:
    """What may be done at this store.

    Attributes:
        intents (bool):
        orders (bool):
        pos_message (bool):
        split_by_item (bool):
        tips (bool):
    """

    intents: bool
    orders: bool
    pos_message: bool
    split_by_item: bool
    tips: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        intents = self.intents

        orders = self.orders

        pos_message = self.pos_message

        split_by_item = self.split_by_item

        tips = self.tips

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "intents": intents,
                "orders": orders,
                "pos_message": pos_message,
                "split_by_item": split_by_item,
                "tips": tips,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        intents = d.pop("intents")

        orders = d.pop("orders")

        pos_message = d.pop("pos_message")

        split_by_item = d.pop("split_by_item")

        tips = d.pop("tips")

        capabilities_out = cls(
            intents=intents,
            orders=orders,
            pos_message=pos_message,
            split_by_item=split_by_item,
            tips=tips,
        )

        capabilities_out.additional_properties = d
        return capabilities_out

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
