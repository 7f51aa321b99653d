"""Whatever anybody posts, reading it gives a record or a path, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.money import to_minor
from comptoir.pos.connector import Notification
from comptoir.pos.model import Sale
from tests.connectors.lightspeed_k.kseries_bodies import encoded, glass_of_chasselas, notification
from tests.connectors.lightspeed_k.kseries_sales import made_sales

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["", "\x00", "NaN", "-Infinity", "1e999", "OPEN", "closed", "SALE", "2026-02-30T25:00:00Z", "1_0"]),
    st.sampled_from([-1, 0, 2**53 + 1, 2**63, -(2**63), 10**18, 253402300800000, 1e308, -1e-308]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=20,
)


def outcome(body: bytes) -> Sale | None:
    """The record, fit to be stored; None when it was refused with a path."""
    try:
        reading = CONNECTOR.read(Notification(body=body, received_at=NOW))
    except VendorUnreadable as error:
        return check_fault(error)
    (observed,) = reading.observed
    record = msgspec.json.encode(observed.sale)
    assert msgspec.json.decode(record, type=Sale) == observed.sale
    assert b"\\u0000" not in record
    assert abs(to_minor(observed.sale.total, observed.sale.currency)) < 2**63
    return observed.sale


def check_fault(error: VendorUnreadable) -> None:
    assert error.path.startswith("$")
    assert error.for_owner.endswith(".")
    assert len(str(error)) < 600


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, below in inner for place in places(below, (*here, key)))]


def changed(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = changed(value[place[0]], place[1:], new)
    return copy


@given(st.binary(max_size=300))
def test_e42_any_bytes(body: bytes) -> None:
    outcome(body)


@given(anything)
def test_e42_any_json(value: Any) -> None:
    outcome(msgspec.json.encode(value))


@settings(max_examples=300)
@given(made_sales(), st.data())
def test_any_value_in_any_place(sale: Any, data: st.DataObject) -> None:
    body = notification(sale)
    for _ in range(data.draw(st.integers(1, 3))):
        body = changed(body, data.draw(st.sampled_from(places(body))), data.draw(anything))
        if not isinstance(body, dict):
            break
    outcome(encoded(body))


@settings(max_examples=300)
@given(st.data())
def test_any_byte_in_any_place(data: st.DataObject) -> None:
    body = bytearray(encoded(notification(glass_of_chasselas())))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(body))


@given(st.integers(0, 2000))
def test_a_body_cut_short(length: int) -> None:
    body = encoded(notification(glass_of_chasselas()))[:length]
    assert outcome(body) is None or length >= len(body)


def with_total(written: bytes) -> bytes:
    whole = encoded(notification(glass_of_chasselas(), totalAmount=777))
    assert b'"totalAmount":777' in whole
    return whole.replace(b'"totalAmount":777', b'"totalAmount":' + written)


@pytest.mark.parametrize(
    "written",
    [
        b"NaN",
        b"Infinity",
        b"-",
        b"1e99999999999999999999",
        b"1e-99999999999999999999",
        b"9" * 5000,
        b"9" * 30,
        b"1." + b"1" * 5000,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'"\\ud800"',
        b'"\xff"',
        b'"1e5000"',
        b'"' + b"9" * 5000 + b'"',
        '"١٢"'.encode(),
    ],
)
def test_numbers_out_of_all_reason(written: bytes) -> None:
    assert outcome(with_total(written)) is None


@pytest.mark.parametrize("body", [b"", b" ", b"null", b"[]", b"0", b'"x"', b"{}", b"\xef\xbb\xbf{}", b"{}{}", b"\x00"])
def test_bodies_that_say_nothing(body: bytes) -> None:
    assert outcome(body) is None


def test_json_that_is_none_is_refused_at_the_root() -> None:
    for body in (b"", b"{", b"\xff", b'{"a":' + b"[" * 100_000):
        with pytest.raises(VendorUnreadable) as caught:
            CONNECTOR.read(Notification(body=body, received_at=NOW))
        assert caught.value.path == "$"


def test_lines_nested_as_deep_as_they_can_be() -> None:
    """Deeper than a call stack, if lines were walked by recursion."""
    for depth in (100, 300, 2000):
        line = b'{"amount":1,"quantity":1,"subLines":['
        lines = b'"transactionLines":[' + line * depth + b"]}" * depth + b"]"
        whole = encoded(notification(glass_of_chasselas(lines=())))
        assert b'"transactionLines":[]' in whole
        sale = outcome(whole.replace(b'"transactionLines":[]', lines))
        assert sale is None or len(sale.lines) == depth
        assert sale is not None or depth > 100
