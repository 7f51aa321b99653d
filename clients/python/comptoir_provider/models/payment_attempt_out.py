from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="PaymentAttemptOut")


@_attrs_define
class PaymentAttemptOut:
    """One reference under which the till was asked, and for how much.

    Attributes:
        amount (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        code (str):
        number (int):
        outcome (str):
        pos_raw (str):
        reference (str):
        resolved_at (datetime.datetime | None):
        sent_at (datetime.datetime):
    """

    amount: Amount
    code: str
    number: int
    outcome: str
    pos_raw: str
    reference: str
    resolved_at: datetime.datetime | None
    sent_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        code = self.code

        number = self.number

        outcome = self.outcome

        pos_raw = self.pos_raw

        reference = self.reference

        resolved_at: None | str
        if isinstance(self.resolved_at, datetime.datetime):
            resolved_at = self.resolved_at.isoformat()
        else:
            resolved_at = self.resolved_at

        sent_at = self.sent_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "code": code,
                "number": number,
                "outcome": outcome,
                "pos_raw": pos_raw,
                "reference": reference,
                "resolved_at": resolved_at,
                "sent_at": sent_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        amount = Amount.from_dict(d.pop("amount"))

        code = d.pop("code")

        number = d.pop("number")

        outcome = d.pop("outcome")

        pos_raw = d.pop("pos_raw")

        reference = d.pop("reference")

        def _parse_resolved_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resolved_at_type_0 = datetime.datetime.fromisoformat(data)

                return resolved_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        resolved_at = _parse_resolved_at(d.pop("resolved_at"))

        sent_at = datetime.datetime.fromisoformat(d.pop("sent_at"))

        payment_attempt_out = cls(
            amount=amount,
            code=code,
            number=number,
            outcome=outcome,
            pos_raw=pos_raw,
            reference=reference,
            resolved_at=resolved_at,
            sent_at=sent_at,
        )

        payment_attempt_out.additional_properties = d
        return payment_attempt_out

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
