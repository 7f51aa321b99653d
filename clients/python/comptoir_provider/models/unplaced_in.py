from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.method_kind import MethodKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="UnplacedIn")


@_attrs_define
class UnplacedIn:
    """The same where only the table is known, or nothing.

    Attributes:
        amount (int):
        currency (str):
        provider_payment_id (str):
        captured_at (datetime.datetime | None | Unset):
        group_id (str | Unset):  Default: ''.
        method_kind (MethodKind | Unset): What the guest paid with; each is entered under a payment method of the
            till's. Default: MethodKind.CARD.
        table_number (str | Unset):  Default: ''.
        tip (int | Unset):  Default: 0.
    """

    amount: int
    currency: str
    provider_payment_id: str
    captured_at: datetime.datetime | None | Unset = UNSET
    group_id: str | Unset = ""
    method_kind: MethodKind | Unset = MethodKind.CARD
    table_number: str | Unset = ""
    tip: int | Unset = 0
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        currency = self.currency

        provider_payment_id = self.provider_payment_id

        captured_at: None | str | Unset
        if isinstance(self.captured_at, Unset):
            captured_at = UNSET
        elif isinstance(self.captured_at, datetime.datetime):
            captured_at = self.captured_at.isoformat()
        else:
            captured_at = self.captured_at

        group_id = self.group_id

        method_kind: str | Unset = UNSET
        if not isinstance(self.method_kind, Unset):
            method_kind = self.method_kind.value

        table_number = self.table_number

        tip = self.tip

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "currency": currency,
                "provider_payment_id": provider_payment_id,
            }
        )
        if captured_at is not UNSET:
            field_dict["captured_at"] = captured_at
        if group_id is not UNSET:
            field_dict["group_id"] = group_id
        if method_kind is not UNSET:
            field_dict["method_kind"] = method_kind
        if table_number is not UNSET:
            field_dict["table_number"] = table_number
        if tip is not UNSET:
            field_dict["tip"] = tip

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        currency = d.pop("currency")

        provider_payment_id = d.pop("provider_payment_id")

        def _parse_captured_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                captured_at_type_0 = datetime.datetime.fromisoformat(data)

                return captured_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        captured_at = _parse_captured_at(d.pop("captured_at", UNSET))

        group_id = d.pop("group_id", UNSET)

        _method_kind = d.pop("method_kind", UNSET)
        method_kind: MethodKind | Unset
        if isinstance(_method_kind, Unset):
            method_kind = UNSET
        else:
            method_kind = MethodKind(_method_kind)

        table_number = d.pop("table_number", UNSET)

        tip = d.pop("tip", UNSET)

        unplaced_in = cls(
            amount=amount,
            currency=currency,
            provider_payment_id=provider_payment_id,
            captured_at=captured_at,
            group_id=group_id,
            method_kind=method_kind,
            table_number=table_number,
            tip=tip,
        )

        unplaced_in.additional_properties = d
        return unplaced_in

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
