from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TableOut")


@_attrs_define
class TableOut:
    """A table. Guests' pages call it by its `public_table_code`, which cannot be counted through.

    Attributes:
        active (bool):
        floor_plan (str):
        floor_plan_id (str):
        id (str):
        label (str):
        number (str):
        public_table_code (str):
        seats (int | None):
        has_open_check (bool | None | Unset):
    """

    active: bool
    floor_plan: str
    floor_plan_id: str
    id: str
    label: str
    number: str
    public_table_code: str
    seats: int | None
    has_open_check: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        active = self.active

        floor_plan = self.floor_plan

        floor_plan_id = self.floor_plan_id

        id = self.id

        label = self.label

        number = self.number

        public_table_code = self.public_table_code

        seats: int | None
        seats = self.seats

        has_open_check: bool | None | Unset
        if isinstance(self.has_open_check, Unset):
            has_open_check = UNSET
        else:
            has_open_check = self.has_open_check

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "active": active,
                "floor_plan": floor_plan,
                "floor_plan_id": floor_plan_id,
                "id": id,
                "label": label,
                "number": number,
                "public_table_code": public_table_code,
                "seats": seats,
            }
        )
        if has_open_check is not UNSET:
            field_dict["has_open_check"] = has_open_check

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        active = d.pop("active")

        floor_plan = d.pop("floor_plan")

        floor_plan_id = d.pop("floor_plan_id")

        id = d.pop("id")

        label = d.pop("label")

        number = d.pop("number")

        public_table_code = d.pop("public_table_code")

        def _parse_seats(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seats = _parse_seats(d.pop("seats"))

        def _parse_has_open_check(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        has_open_check = _parse_has_open_check(d.pop("has_open_check", UNSET))

        table_out = cls(
            active=active,
            floor_plan=floor_plan,
            floor_plan_id=floor_plan_id,
            id=id,
            label=label,
            number=number,
            public_table_code=public_table_code,
            seats=seats,
            has_open_check=has_open_check,
        )

        table_out.additional_properties = d
        return table_out

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
