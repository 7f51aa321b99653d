from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GuestIn")


@_attrs_define
class GuestIn:
    """Whom the order is for; without a name it is called after the table.

    Attributes:
        city (str | Unset):  Default: ''.
        first_name (str | Unset):  Default: ''.
        last_name (str | Unset):  Default: ''.
        notes (str | Unset):  Default: ''.
        phone (str | Unset):  Default: ''.
        postcode (str | Unset):  Default: ''.
        street (str | Unset):  Default: ''.
    """

    city: str | Unset = ""
    first_name: str | Unset = ""
    last_name: str | Unset = ""
    notes: str | Unset = ""
    phone: str | Unset = ""
    postcode: str | Unset = ""
    street: str | Unset = ""
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        city = self.city

        first_name = self.first_name

        last_name = self.last_name

        notes = self.notes

        phone = self.phone

        postcode = self.postcode

        street = self.street

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if city is not UNSET:
            field_dict["city"] = city
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if notes is not UNSET:
            field_dict["notes"] = notes
        if phone is not UNSET:
            field_dict["phone"] = phone
        if postcode is not UNSET:
            field_dict["postcode"] = postcode
        if street is not UNSET:
            field_dict["street"] = street

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        city = d.pop("city", UNSET)

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        notes = d.pop("notes", UNSET)

        phone = d.pop("phone", UNSET)

        postcode = d.pop("postcode", UNSET)

        street = d.pop("street", UNSET)

        guest_in = cls(
            city=city,
            first_name=first_name,
            last_name=last_name,
            notes=notes,
            phone=phone,
            postcode=postcode,
            street=street,
        )

        guest_in.additional_properties = d
        return guest_in

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
