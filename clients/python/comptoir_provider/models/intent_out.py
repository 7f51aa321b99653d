from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="IntentOut")


@_attrs_define
class IntentOut:
    """A held part.

    Attributes:
        amount (int):
        check_id (str):
        expires_at (datetime.datetime):
        id (str):
        state (str):
        tip (int):
    """

    amount: int
    check_id: str
    expires_at: datetime.datetime
    id: str
    state: str
    tip: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        check_id = self.check_id

        expires_at = self.expires_at.isoformat()

        id = self.id

        state = self.state

        tip = self.tip

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "check_id": check_id,
                "expires_at": expires_at,
                "id": id,
                "state": state,
                "tip": tip,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        check_id = d.pop("check_id")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        id = d.pop("id")

        state = d.pop("state")

        tip = d.pop("tip")

        intent_out = cls(
            amount=amount,
            check_id=check_id,
            expires_at=expires_at,
            id=id,
            state=state,
            tip=tip,
        )

        intent_out.additional_properties = d
        return intent_out

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
