from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="SplitOut")


@_attrs_define
class SplitOut:
    """What is to be paid now: each share that is left, or the one amount of the claims.

    Attributes:
        amounts (list[Amount]):
        check_id (str):
        id (str):
        kind (str):
        revision (int):
    """

    amounts: list[Amount]
    check_id: str
    id: str
    kind: str
    revision: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amounts = []
        for amounts_item_data in self.amounts:
            amounts_item = amounts_item_data.to_dict()
            amounts.append(amounts_item)

        check_id = self.check_id

        id = self.id

        kind = self.kind

        revision = self.revision

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amounts": amounts,
                "check_id": check_id,
                "id": id,
                "kind": kind,
                "revision": revision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        amounts = []
        _amounts = d.pop("amounts")
        for amounts_item_data in _amounts:
            amounts_item = Amount.from_dict(amounts_item_data)

            amounts.append(amounts_item)

        check_id = d.pop("check_id")

        id = d.pop("id")

        kind = d.pop("kind")

        revision = d.pop("revision")

        split_out = cls(
            amounts=amounts,
            check_id=check_id,
            id=id,
            kind=kind,
            revision=revision,
        )

        split_out.additional_properties = d
        return split_out

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
