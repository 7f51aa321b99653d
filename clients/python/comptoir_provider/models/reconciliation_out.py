from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount
    from ..models.day_row_out import DayRowOut
    from ..models.day_sums_out import DaySumsOut


T = TypeVar("T", bound="ReconciliationOut")


@_attrs_define
class ReconciliationOut:
    """A business day of the store. While `day_open` it is how things stand, read from the till a minute ago at most.

    Attributes:
        business_date (datetime.date):
        currency (str):
        day_open (bool):
        difference (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
        made_at (datetime.datetime):
        rows (list[DayRowOut]):
        totals (list[DaySumsOut]):
    """

    business_date: datetime.date
    currency: str
    day_open: bool
    difference: Amount
    made_at: datetime.datetime
    rows: list[DayRowOut]
    totals: list[DaySumsOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        business_date = self.business_date.isoformat()

        currency = self.currency

        day_open = self.day_open

        difference = self.difference.to_dict()

        made_at = self.made_at.isoformat()

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        totals = []
        for totals_item_data in self.totals:
            totals_item = totals_item_data.to_dict()
            totals.append(totals_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "business_date": business_date,
                "currency": currency,
                "day_open": day_open,
                "difference": difference,
                "made_at": made_at,
                "rows": rows,
                "totals": totals,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415
        from ..models.day_row_out import DayRowOut  # noqa: PLC0415
        from ..models.day_sums_out import DaySumsOut  # noqa: PLC0415

        d = dict(src_dict)
        business_date = datetime.date.fromisoformat(d.pop("business_date"))

        currency = d.pop("currency")

        day_open = d.pop("day_open")

        difference = Amount.from_dict(d.pop("difference"))

        made_at = datetime.datetime.fromisoformat(d.pop("made_at"))

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = DayRowOut.from_dict(rows_item_data)

            rows.append(rows_item)

        totals = []
        _totals = d.pop("totals")
        for totals_item_data in _totals:
            totals_item = DaySumsOut.from_dict(totals_item_data)

            totals.append(totals_item)

        reconciliation_out = cls(
            business_date=business_date,
            currency=currency,
            day_open=day_open,
            difference=difference,
            made_at=made_at,
            rows=rows,
            totals=totals,
        )

        reconciliation_out.additional_properties = d
        return reconciliation_out

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
