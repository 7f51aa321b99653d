from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount


T = TypeVar("T", bound="DayRowOut")


@_attrs_define
class DayRowOut:
    """A payment, or a line of the till that nobody reported; `difference` is what the till shows more than it should.
    What is not known, such as what the till has of a payment that is not there, is null.

        Attributes:
            difference (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            method_kind (str):
            on_pos (Amount | None):
            payment_id (str):
            pos_check_id (str):
            pos_reference (str):
            provider_payment_id (str):
            refunded (Amount | None):
            state (str):
            taken (Amount | None):
            tip (Amount | None):
    """

    difference: Amount
    method_kind: str
    on_pos: Amount | None
    payment_id: str
    pos_check_id: str
    pos_reference: str
    provider_payment_id: str
    refunded: Amount | None
    state: str
    taken: Amount | None
    tip: Amount | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.amount import Amount  # noqa: PLC0415

        difference = self.difference.to_dict()

        method_kind = self.method_kind

        on_pos: dict[str, Any] | None
        if isinstance(self.on_pos, Amount):
            on_pos = self.on_pos.to_dict()
        else:
            on_pos = self.on_pos

        payment_id = self.payment_id

        pos_check_id = self.pos_check_id

        pos_reference = self.pos_reference

        provider_payment_id = self.provider_payment_id

        refunded: dict[str, Any] | None
        if isinstance(self.refunded, Amount):
            refunded = self.refunded.to_dict()
        else:
            refunded = self.refunded

        state = self.state

        taken: dict[str, Any] | None
        if isinstance(self.taken, Amount):
            taken = self.taken.to_dict()
        else:
            taken = self.taken

        tip: dict[str, Any] | None
        if isinstance(self.tip, Amount):
            tip = self.tip.to_dict()
        else:
            tip = self.tip

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "difference": difference,
                "method_kind": method_kind,
                "on_pos": on_pos,
                "payment_id": payment_id,
                "pos_check_id": pos_check_id,
                "pos_reference": pos_reference,
                "provider_payment_id": provider_payment_id,
                "refunded": refunded,
                "state": state,
                "taken": taken,
                "tip": tip,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415

        d = dict(src_dict)
        difference = Amount.from_dict(d.pop("difference"))

        method_kind = d.pop("method_kind")

        def _parse_on_pos(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                on_pos_type_0 = Amount.from_dict(data)

                return on_pos_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        on_pos = _parse_on_pos(d.pop("on_pos"))

        payment_id = d.pop("payment_id")

        pos_check_id = d.pop("pos_check_id")

        pos_reference = d.pop("pos_reference")

        provider_payment_id = d.pop("provider_payment_id")

        def _parse_refunded(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                refunded_type_0 = Amount.from_dict(data)

                return refunded_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        refunded = _parse_refunded(d.pop("refunded"))

        state = d.pop("state")

        def _parse_taken(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                taken_type_0 = Amount.from_dict(data)

                return taken_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        taken = _parse_taken(d.pop("taken"))

        def _parse_tip(data: object) -> Amount | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                tip_type_0 = Amount.from_dict(data)

                return tip_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Amount | None, data)

        tip = _parse_tip(d.pop("tip"))

        day_row_out = cls(
            difference=difference,
            method_kind=method_kind,
            on_pos=on_pos,
            payment_id=payment_id,
            pos_check_id=pos_check_id,
            pos_reference=pos_reference,
            provider_payment_id=provider_payment_id,
            refunded=refunded,
            state=state,
            taken=taken,
            tip=tip,
        )

        day_row_out.additional_properties = d
        return day_row_out

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
