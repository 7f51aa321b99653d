from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.floor_plan_out import FloorPlanOut


T = TypeVar("T", bound="FloorPlansOut")


@_attrs_define
class FloorPlansOut:
    """`reason` says why there are none: `no_floor_plan`.

    Attributes:
        data (list[FloorPlanOut]):
        fetched_at (datetime.datetime):
        reason (str):
    """

    data: list[FloorPlanOut]
    fetched_at: datetime.datetime
    reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        fetched_at = self.fetched_at.isoformat()

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "fetched_at": fetched_at,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.floor_plan_out import FloorPlanOut  # noqa: PLC0415

        d = dict(src_dict)
        data = []
        _data = d.pop("data")
        for data_item_data in _data:
            data_item = FloorPlanOut.from_dict(data_item_data)

            data.append(data_item)

        fetched_at = datetime.datetime.fromisoformat(d.pop("fetched_at"))

        reason = d.pop("reason")

        floor_plans_out = cls(
            data=data,
            fetched_at=fetched_at,
            reason=reason,
        )

        floor_plans_out.additional_properties = d
        return floor_plans_out

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
