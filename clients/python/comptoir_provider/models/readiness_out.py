from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReadinessOut")


@_attrs_define
class ReadinessOut:
    """Whether the till takes payments and orders now. `checked_at` is when it was asked.

    Attributes:
        checked_at (datetime.datetime):
        enabled (bool | None):
        last_notification_at (datetime.datetime | None):
        pos_reachable (bool):
        ready (bool):
        sales_period_open (bool | None):
        till_online (bool | None):
    """

    checked_at: datetime.datetime
    enabled: bool | None
    last_notification_at: datetime.datetime | None
    pos_reachable: bool
    ready: bool
    sales_period_open: bool | None
    till_online: bool | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        checked_at = self.checked_at.isoformat()

        enabled: bool | None
        enabled = self.enabled

        last_notification_at: None | str
        if isinstance(self.last_notification_at, datetime.datetime):
            last_notification_at = self.last_notification_at.isoformat()
        else:
            last_notification_at = self.last_notification_at

        pos_reachable = self.pos_reachable

        ready = self.ready

        sales_period_open: bool | None
        sales_period_open = self.sales_period_open

        till_online: bool | None
        till_online = self.till_online

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "checked_at": checked_at,
                "enabled": enabled,
                "last_notification_at": last_notification_at,
                "pos_reachable": pos_reachable,
                "ready": ready,
                "sales_period_open": sales_period_open,
                "till_online": till_online,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        checked_at = datetime.datetime.fromisoformat(d.pop("checked_at"))

        def _parse_enabled(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        enabled = _parse_enabled(d.pop("enabled"))

        def _parse_last_notification_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_notification_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_notification_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_notification_at = _parse_last_notification_at(d.pop("last_notification_at"))

        pos_reachable = d.pop("pos_reachable")

        ready = d.pop("ready")

        def _parse_sales_period_open(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        sales_period_open = _parse_sales_period_open(d.pop("sales_period_open"))

        def _parse_till_online(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        till_online = _parse_till_online(d.pop("till_online"))

        readiness_out = cls(
            checked_at=checked_at,
            enabled=enabled,
            last_notification_at=last_notification_at,
            pos_reachable=pos_reachable,
            ready=ready,
            sales_period_open=sales_period_open,
            till_online=till_online,
        )

        readiness_out.additional_properties = d
        return readiness_out

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
