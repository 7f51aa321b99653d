from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sub_item_in import SubItemIn


T = TypeVar("T", bound="ItemIn")


@_attrs_define
class ItemIn:
    """Something ordered. `unit_price` is what the guest saw: another one on the menu refuses the order.

    Attributes:
        sku (str):
        discount_code (str | Unset):  Default: ''.
        modifiers (list[str] | Unset):
        note (str | Unset):  Default: ''.
        quantity (int | Unset):  Default: 1.
        sub_items (list[SubItemIn] | Unset):
        unit_price (int | None | Unset):
    """

    sku: str
    discount_code: str | Unset = ""
    modifiers: list[str] | Unset = UNSET
    note: str | Unset = ""
    quantity: int | Unset = 1
    sub_items: list[SubItemIn] | Unset = UNSET
    unit_price: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sku = self.sku

        discount_code = self.discount_code

        modifiers: list[str] | Unset = UNSET
        if not isinstance(self.modifiers, Unset):
            modifiers = self.modifiers

        note = self.note

        quantity = self.quantity

        sub_items: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sub_items, Unset):
            sub_items = []
            for sub_items_item_data in self.sub_items:
                sub_items_item = sub_items_item_data.to_dict()
                sub_items.append(sub_items_item)

        unit_price: int | None | Unset
        if isinstance(self.unit_price, Unset):
            unit_price = UNSET
        else:
            unit_price = self.unit_price

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sku": sku,
            }
        )
        if discount_code is not UNSET:
            field_dict["discount_code"] = discount_code
        if modifiers is not UNSET:
            field_dict["modifiers"] = modifiers
        if note is not UNSET:
            field_dict["note"] = note
        if quantity is not UNSET:
            field_dict["quantity"] = quantity
        if sub_items is not UNSET:
            field_dict["sub_items"] = sub_items
        if unit_price is not UNSET:
            field_dict["unit_price"] = unit_price

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sub_item_in import SubItemIn  # noqa: PLC0415

        d = dict(src_dict)
        sku = d.pop("sku")

        discount_code = d.pop("discount_code", UNSET)

        modifiers = cast(list[str], d.pop("modifiers", UNSET))

        note = d.pop("note", UNSET)

        quantity = d.pop("quantity", UNSET)

        _sub_items = d.pop("sub_items", UNSET)
        sub_items: list[SubItemIn] | Unset = UNSET
        if _sub_items is not UNSET:
            sub_items = []
            for sub_items_item_data in _sub_items:
                sub_items_item = SubItemIn.from_dict(sub_items_item_data)

                sub_items.append(sub_items_item)

        def _parse_unit_price(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        unit_price = _parse_unit_price(d.pop("unit_price", UNSET))

        item_in = cls(
            sku=sku,
            discount_code=discount_code,
            modifiers=modifiers,
            note=note,
            quantity=quantity,
            sub_items=sub_items,
            unit_price=unit_price,
        )

        item_in.additional_properties = d
        return item_in

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
