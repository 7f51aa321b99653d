from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.capabilities_out import CapabilitiesOut
    from ..models.methods_out import MethodsOut


T = TypeVar("T", bound="LinkedIntegrationOut")


@_attrs_define
class LinkedIntegrationOut:
    """One store, as it takes part. `status`: `active`, `degraded`, `reauth_required`, `disabled`, `plan_inactive`.

    Attributes:
        capabilities (CapabilitiesOut): What may be done at this store.
        currency (str):
        degraded_because (str):
        id (str):
        is_test (bool):
        methods (MethodsOut): Under which payment method of the till each kind of money is entered; empty: this kind is
            not taken.

            The labels are what the till calls them; empty until it was asked.
        min_partial (int):
        name (str):
        status (str):
        store (str):
        timezone (str):
    """

    capabilities: CapabilitiesOut
    currency: str
    degraded_because: str
    id: str
    is_test: bool
    methods: MethodsOut
    min_partial: int
    name: str
    status: str
    store: str
    timezone: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        capabilities = self.capabilities.to_dict()

        currency = self.currency

        degraded_because = self.degraded_because

        id = self.id

        is_test = self.is_test

        methods = self.methods.to_dict()

        min_partial = self.min_partial

        name = self.name

        status = self.status

        store = self.store

        timezone = self.timezone

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "capabilities": capabilities,
                "currency": currency,
                "degraded_because": degraded_because,
                "id": id,
                "is_test": is_test,
                "methods": methods,
                "min_partial": min_partial,
                "name": name,
                "status": status,
                "store": store,
                "timezone": timezone,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.capabilities_out import CapabilitiesOut  # noqa: PLC0415
        from ..models.methods_out import MethodsOut  # noqa: PLC0415

        d = dict(src_dict)
        capabilities = CapabilitiesOut.from_dict(d.pop("capabilities"))

        currency = d.pop("currency")

        degraded_because = d.pop("degraded_because")

        id = d.pop("id")

        is_test = d.pop("is_test")

        methods = MethodsOut.from_dict(d.pop("methods"))

        min_partial = d.pop("min_partial")

        name = d.pop("name")

        status = d.pop("status")

        store = d.pop("store")

        timezone = d.pop("timezone")

        linked_integration_out = cls(
            capabilities=capabilities,
            currency=currency,
            degraded_because=degraded_because,
            id=id,
            is_test=is_test,
            methods=methods,
            min_partial=min_partial,
            name=name,
            status=status,
            store=store,
            timezone=timezone,
        )

        linked_integration_out.additional_properties = d
        return linked_integration_out

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
