from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="DaySumsOut")


@_attrs_define
class DaySumsOut:
    """Of one kind of method: `taken` is `applied` + `settled_manually` + `refunded` + `open`.

    Attributes:
        applied (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        difference (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        method_kind (str):
        on_pos (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        open_ (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        refunded (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        settled_manually (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        taken (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        tips (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
    """

    applied: Amount
    difference: Amount
    method_kind: str
    on_pos: Amount
    open_: Amount
    refunded: Amount
    settled_manually: Amount
    taken: Amount
    tips: Amount
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        applied = self.applied.to_dict()

        difference = self.difference.to_dict()

        method_kind = self.method_kind

        on_pos = self.on_pos.to_dict()

        open_ = self.open_.to_dict()

        refunded = self.refunded.to_dict()

        settled_manually = self.settled_manually.to_dict()

        taken = self.taken.to_dict()

        tips = self.tips.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "applied": applied,
                "difference": difference,
                "method_kind": method_kind,
                "on_pos": on_pos,
                "open": open_,
                "refunded": refunded,
                "settled_manually": settled_manually,
                "taken": taken,
                "tips": tips,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        applied = Amount.from_dict(d.pop("applied"))

        difference = Amount.from_dict(d.pop("difference"))

        method_kind = d.pop("method_kind")

        on_pos = Amount.from_dict(d.pop("on_pos"))

        open_ = Amount.from_dict(d.pop("open"))

        refunded = Amount.from_dict(d.pop("refunded"))

        settled_manually = Amount.from_dict(d.pop("settled_manually"))

        taken = Amount.from_dict(d.pop("taken"))

        tips = Amount.from_dict(d.pop("tips"))

        day_sums_out = cls(
            applied=applied,
            difference=difference,
            method_kind=method_kind,
            on_pos=on_pos,
            open_=open_,
            refunded=refunded,
            settled_manually=settled_manually,
            taken=taken,
            tips=tips,
        )

        day_sums_out.additional_properties = d
        return day_sums_out

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
