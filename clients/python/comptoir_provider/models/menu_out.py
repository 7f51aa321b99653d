from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.menu_item_out import MenuItemOut


T = TypeVar("T", bound="MenuOut")


@_attrs_define
class MenuOut:
    """A menu, in the till's order.

    Attributes:
        fetched_at (datetime.datetime):
        id (str):
        items (list[MenuItemOut]):
        name (str):
    """

    fetched_at: datetime.datetime
    id: str
    items: list[MenuItemOut]
    name: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        fetched_at = self.fetched_at.isoformat()

        id = self.id

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fetched_at": fetched_at,
                "id": id,
                "items": items,
                "name": name,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.menu_item_out import MenuItemOut  # noqa: PLC0415

        d = dict(src_dict)
        fetched_at = datetime.datetime.fromisoformat(d.pop("fetched_at"))

        id = d.pop("id")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = MenuItemOut.from_dict(items_item_data)

            items.append(items_item)

        name = d.pop("name")

        menu_out = cls(
            fetched_at=fetched_at,
            id=id,
            items=items,
            name=name,
        )

        menu_out.additional_properties = d
        return menu_out

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
