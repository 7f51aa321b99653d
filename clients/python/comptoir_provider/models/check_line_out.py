from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="CheckLineOut")


@_attrs_define
class CheckLineOut:
    """A line of a bill; `line` is its number in claims, `includes` what belongs to it.

    Attributes:
        includes (list[str]):
        line (int):
        name (str):
        quantity (str):
        sku (str):
        total (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
    """

    includes: list[str]
    line: int
    name: str
    quantity: str
    sku: str
    total: Amount
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        includes = self.includes

        line = self.line

        name = self.name

        quantity = self.quantity

        sku = self.sku

        total = self.total.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "includes": includes,
                "line": line,
                "name": name,
                "quantity": quantity,
                "sku": sku,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        includes = cast(list[str], d.pop("includes"))

        line = d.pop("line")

        name = d.pop("name")

        quantity = d.pop("quantity")

        sku = d.pop("sku")

        total = Amount.from_dict(d.pop("total"))

        check_line_out = cls(
            includes=includes,
            line=line,
            name=name,
            quantity=quantity,
            sku=sku,
            total=total,
        )

        check_line_out.additional_properties = d
        return check_line_out

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
