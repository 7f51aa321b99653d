from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AvailabilityOut")


@_attrs_define
class AvailabilityOut:
    """How much is left; `count` null means that there is no limit.

    Attributes:
        count (None | str):
        sku (str):
        sold_out (bool):
    """

    count: None | str
    sku: str
    sold_out: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        count: None | str
        count = self.count

        sku = self.sku

        sold_out = self.sold_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "count": count,
                "sku": sku,
                "sold_out": sold_out,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_count(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        count = _parse_count(d.pop("count"))

        sku = d.pop("sku")

        sold_out = d.pop("sold_out")

        availability_out = cls(
            count=count,
            sku=sku,
            sold_out=sold_out,
        )

        availability_out.additional_properties = d
        return availability_out

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
