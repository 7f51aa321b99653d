"""The forms in which K-Series writes single values."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.values import Amount, Code, Count, Ident, Instant, decode, decoder
from comptoir.kernel.errors import VendorUnreadable


class Body(msgspec.Struct, kw_only=True):
    amount: Amount | None = None
    ident: Ident | None = None
    code: Code | None = None
    count: Count | None = None
    instant: Instant | None = None


BODY = decoder(Body)


def instant(written: str) -> datetime:
    found = decode(b'{"instant":' + written.encode() + b"}", BODY).instant
    assert found is not None
    return found.at


def fault(body: bytes) -> str:
    with pytest.raises(VendorUnreadable) as caught:
        decode(body, BODY)
    return caught.value.path


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ('"2021-12-21T13:24:49.265+0000"', datetime(2021, 12, 21, 13, 24, 49, 265_000, tzinfo=UTC)),
        ('"2021-06-21T14:20:00Z"', datetime(2021, 6, 21, 14, 20, tzinfo=UTC)),
        ('"2024-04-04T09:42:00.000+00:00"', datetime(2024, 4, 4, 9, 42, tzinfo=UTC)),
        ('"2023-02-14T19:58:48.224Z"', datetime(2023, 2, 14, 19, 58, 48, 224_000, tzinfo=UTC)),
        ('"2020-01-14T14:30:00+02:00"', datetime(2020, 1, 14, 12, 30, tzinfo=UTC)),
        ('"2023-07-28T05:30:00-05:00"', datetime(2023, 7, 28, 10, 30, tzinfo=UTC)),
        ('"2023-07-28T05:30-05:00"', datetime(2023, 7, 28, 10, 30, tzinfo=UTC)),
        ('"2023-02-14T19:58:48.224999999Z"', datetime(2023, 2, 14, 19, 58, 48, 224_000, tzinfo=UTC)),
        ("1638473552051", datetime(2021, 12, 2, 19, 32, 32, 51_000, tzinfo=UTC)),
        ("1.638473552051E12", datetime(2021, 12, 2, 19, 32, 32, 51_000, tzinfo=UTC)),
    ],
)
def test_every_form_of_an_instant(written: str, at: datetime) -> None:
    assert instant(written) == at
    assert instant(written).utcoffset() == at.utcoffset()


@pytest.mark.parametrize(
    "written",
    [
        '"2021-12-21"',
        '"2021-12-21T13:24:49"',
        '"2021-13-45T13:24:49Z"',
        '"0001-01-01T00:00:00+23:59"',
        '"1999-12-31T23:59:59Z"',
        '"2100-01-01T00:00:00Z"',
        '"2024-02-02T02:02:02+99:99"',
        '"1638473552051"',
        '""',
        "true",
        "{}",
        "0",
        "-1638473552051",
        "1e300",
        "1e9999",
    ],
)
def test_what_is_no_instant(written: str) -> None:
    assert fault(b'{"instant":' + written.encode() + b"}") == "$.instant"


@given(st.decimals(min_value=-999_999_999, max_value=999_999_999, places=6))
def test_money_is_exact_as_number_and_as_string(amount: Decimal) -> None:
    for written in (f"{amount:f}", f'"{amount:f}"'):
        assert decode(b'{"amount":' + written.encode() + b"}", BODY).amount == amount


def test_ids_longer_than_a_float_can_hold() -> None:
    for written in (b"9007199254740993", b'"9007199254740993"'):
        assert decode(b'{"ident":' + written + b"}", BODY).ident == "9007199254740993"


def test_what_merchants_call_things_may_look_like_anything() -> None:
    assert decode('{"code":"Café\xa0☕"}'.encode(), BODY).code == "Café\xa0☕"
    assert decode(b'{"code":19}', BODY).code == "19"
    assert fault('{"ident":"Café\xa0☕"}'.encode()) == "$.ident"


@pytest.mark.parametrize(("written", "count"), [("2", 2), ("2.0", 2), ("-2", -2), ("2.5", 3), ('"2.000"', 2)])
def test_counts(written: str, count: int) -> None:
    assert decode(b'{"count":' + written.encode() + b"}", BODY).count == count


@pytest.mark.parametrize("name", ["amount", "ident", "code", "count", "instant"])
@pytest.mark.parametrize("written", ["[]", "{}", "true", "1e999999999999999999"])
def test_a_wrong_type_names_its_path(name: str, written: str) -> None:
    assert fault(f'{{"{name}":{written}}}'.encode()) == f"$.{name}"


def test_unknown_fields_are_ignored() -> None:
    assert decode(b'{"new":{"deep":[1e999999,null]},"amount":1}', BODY).amount == 1
