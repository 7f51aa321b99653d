from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount import Amount
    from ..models.check_line_out import CheckLineOut
    from ..models.till_payment_out import TillPaymentOut


T = TypeVar("T", bound="CheckOut")


@_attrs_define
class CheckOut:
    """A bill. `payable` is what a new guest may still pay: less than `remaining` while others are paying.

    `id` stays for the visit, whatever number (`pos_check_id`) the till gives the bill. `state`: `open`,
    `partially_paid`, `paid`, `closed`. `stale`: the till did not answer in time, and this is what it said last: start
    no payment on it. `credit` is what a bill below zero owes the guest.

        Attributes:
            closed (bool):
            covers (int | None):
            credit (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            currency (str):
            fetched_at (datetime.datetime):
            held (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            id (str):
            lines (list[CheckLineOut]):
            name (str):
            opened_at (datetime.datetime | None):
            overpaid (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            paid (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            payable (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            payments (list[TillPaymentOut]):
            pos_check_chain (list[str]):
            pos_check_id (str):
            remaining (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            revision (int):
            service_charge (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
            stale (bool):
            state (str):
            table_number (str):
            total (Amount): Money: minor units (cents, pence) and ISO 4217 currency.
    """

    closed: bool
    covers: int | None
    credit: Amount
    currency: str
    fetched_at: datetime.datetime
    held: Amount
    id: str
    lines: list[CheckLineOut]
    name: str
    opened_at: datetime.datetime | None
    overpaid: Amount
    paid: Amount
    payable: Amount
    payments: list[TillPaymentOut]
    pos_check_chain: list[str]
    pos_check_id: str
    remaining: Amount
    revision: int
    service_charge: Amount
    stale: bool
    state: str
    table_number: str
    total: Amount
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        closed = self.closed

        covers: int | None
        covers = self.covers

        credit = self.credit.to_dict()

        currency = self.currency

        fetched_at = self.fetched_at.isoformat()

        held = self.held.to_dict()

        id = self.id

        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        name = self.name

        opened_at: None | str
        if isinstance(self.opened_at, datetime.datetime):
            opened_at = self.opened_at.isoformat()
        else:
            opened_at = self.opened_at

        overpaid = self.overpaid.to_dict()

        paid = self.paid.to_dict()

        payable = self.payable.to_dict()

        payments = []
        for payments_item_data in self.payments:
            payments_item = payments_item_data.to_dict()
            payments.append(payments_item)

        pos_check_chain = self.pos_check_chain

        pos_check_id = self.pos_check_id

        remaining = self.remaining.to_dict()

        revision = self.revision

        service_charge = self.service_charge.to_dict()

        stale = self.stale

        state = self.state

        table_number = self.table_number

        total = self.total.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "closed": closed,
                "covers": covers,
                "credit": credit,
                "currency": currency,
                "fetched_at": fetched_at,
                "held": held,
                "id": id,
                "lines": lines,
                "name": name,
                "opened_at": opened_at,
                "overpaid": overpaid,
                "paid": paid,
                "payable": payable,
                "payments": payments,
                "pos_check_chain": pos_check_chain,
                "pos_check_id": pos_check_id,
                "remaining": remaining,
                "revision": revision,
                "service_charge": service_charge,
                "stale": stale,
                "state": state,
                "table_number": table_number,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount import Amount  # noqa: PLC0415
        from ..models.check_line_out import CheckLineOut  # noqa: PLC0415
        from ..models.till_payment_out import TillPaymentOut  # noqa: PLC0415

        d = dict(src_dict)
        closed = d.pop("closed")

        def _parse_covers(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        covers = _parse_covers(d.pop("covers"))

        credit = Amount.from_dict(d.pop("credit"))

        currency = d.pop("currency")

        fetched_at = datetime.datetime.fromisoformat(d.pop("fetched_at"))

        held = Amount.from_dict(d.pop("held"))

        id = d.pop("id")

        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = CheckLineOut.from_dict(lines_item_data)

            lines.append(lines_item)

        name = d.pop("name")

        def _parse_opened_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opened_at_type_0 = datetime.datetime.fromisoformat(data)

                return opened_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        opened_at = _parse_opened_at(d.pop("opened_at"))

        overpaid = Amount.from_dict(d.pop("overpaid"))

        paid = Amount.from_dict(d.pop("paid"))

        payable = Amount.from_dict(d.pop("payable"))

        payments = []
        _payments = d.pop("payments")
        for payments_item_data in _payments:
            payments_item = TillPaymentOut.from_dict(payments_item_data)

            payments.append(payments_item)

        pos_check_chain = cast(list[str], d.pop("pos_check_chain"))

        pos_check_id = d.pop("pos_check_id")

        remaining = Amount.from_dict(d.pop("remaining"))

        revision = d.pop("revision")

        service_charge = Amount.from_dict(d.pop("service_charge"))

        stale = d.pop("stale")

        state = d.pop("state")

        table_number = d.pop("table_number")

        total = Amount.from_dict(d.pop("total"))

        check_out = cls(
            closed=closed,
            covers=covers,
            credit=credit,
            currency=currency,
            fetched_at=fetched_at,
            held=held,
            id=id,
            lines=lines,
            name=name,
            opened_at=opened_at,
            overpaid=overpaid,
            paid=paid,
            payable=payable,
            payments=payments,
            pos_check_chain=pos_check_chain,
            pos_check_id=pos_check_id,
            remaining=remaining,
            revision=revision,
            service_charge=service_charge,
            stale=stale,
            state=state,
            table_number=table_number,
            total=total,
        )

        check_out.additional_properties = d
        return check_out

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
