from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.method_kind import MethodKind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.line_claim_in import LineClaimIn


T = TypeVar("T", bound="IntentIn")


@_attrs_define
class IntentIn:
    """A part to hold, in minor units; with `claims`, the amount may be left out.

    Attributes:
        provider_session_id (str):
        amount (int | None | Unset):
        claims (list[LineClaimIn] | Unset):
        method_kind (MethodKind | Unset): What the guest paid with; each is entered under a payment method of the
            till's. Default: MethodKind.CARD.
        tip (int | Unset):  Default: 0.
        tip_confirmed (bool | Unset):  Default: False.
        ttl_s (int | None | Unset):
    """

    provider_session_id: str
    amount: int | None | Unset = UNSET
    claims: list[LineClaimIn] | Unset = UNSET
    method_kind: MethodKind | Unset = MethodKind.CARD
    tip: int | Unset = 0
    tip_confirmed: bool | Unset = False
    ttl_s: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        provider_session_id = self.provider_session_id

        amount: int | None | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        claims: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.claims, Unset):
            claims = []
            for claims_item_data in self.claims:
                claims_item = claims_item_data.to_dict()
                claims.append(claims_item)

        method_kind: str | Unset = UNSET
        if not isinstance(self.method_kind, Unset):
            method_kind = self.method_kind.value

        tip = self.tip

        tip_confirmed = self.tip_confirmed

        ttl_s: int | None | Unset
        if isinstance(self.ttl_s, Unset):
            ttl_s = UNSET
        else:
            ttl_s = self.ttl_s

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "provider_session_id": provider_session_id,
            }
        )
        if amount is not UNSET:
            field_dict["amount"] = amount
        if claims is not UNSET:
            field_dict["claims"] = claims
        if method_kind is not UNSET:
            field_dict["method_kind"] = method_kind
        if tip is not UNSET:
            field_dict["tip"] = tip
        if tip_confirmed is not UNSET:
            field_dict["tip_confirmed"] = tip_confirmed
        if ttl_s is not UNSET:
            field_dict["ttl_s"] = ttl_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.line_claim_in import LineClaimIn  # noqa: PLC0415

        d = dict(src_dict)
        provider_session_id = d.pop("provider_session_id")

        def _parse_amount(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        _claims = d.pop("claims", UNSET)
        claims: list[LineClaimIn] | Unset = UNSET
        if _claims is not UNSET:
            claims = []
            for claims_item_data in _claims:
                claims_item = LineClaimIn.from_dict(claims_item_data)

                claims.append(claims_item)

        _method_kind = d.pop("method_kind", UNSET)
        method_kind: MethodKind | Unset
        if isinstance(_method_kind, Unset):
            method_kind = UNSET
        else:
            method_kind = MethodKind(_method_kind)

        tip = d.pop("tip", UNSET)

        tip_confirmed = d.pop("tip_confirmed", UNSET)

        def _parse_ttl_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ttl_s = _parse_ttl_s(d.pop("ttl_s", UNSET))

        intent_in = cls(
            provider_session_id=provider_session_id,
            amount=amount,
            claims=claims,
            method_kind=method_kind,
            tip=tip,
            tip_confirmed=tip_confirmed,
            ttl_s=ttl_s,
        )

        intent_in.additional_properties = d
        return intent_in

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
