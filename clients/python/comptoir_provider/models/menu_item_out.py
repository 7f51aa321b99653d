from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="MenuItemOut")


@_attrs_define
class MenuItemOut:
    """Something a guest may order; without a `price` the till sets it.

    Attributes:
        group (str):
        name (str):
        price (Amount | None):
        sku (str):
    """

    group: str
    name: str
    price: Amount | None
    sku: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.amount import Amount  # noqa: PLC0415

        group = self.group

        name = self.name

        price: dict[str, Any] | None
        if isinstance(self.price, Amount):
            price = self.price.to_dict()
        else:
            price = self.price

        sku = self.sku

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "group": group,
                "name": name,
                "price": price,
                "sku": sku,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        group = d.pop("group")

        name = d.pop("name")

        def _parse_price(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                price_type_0 = Amount.from_dict(data)

                return price_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        price = _parse_price(d.pop("price"))

        sku = d.pop("sku")

        menu_item_out = cls(
            group=group,
            name=name,
            price=price,
            sku=sku,
        )

        menu_item_out.additional_properties = d
        return menu_item_out

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
