"""Phone numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.loyalty import phones
from comptoir.kernel.errors import RuleBroken


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+33612345642", "", "+33612345642"),
        ("+33 6 12 34 56 42", "FR", "+33612345642"),
        ("0033612345642", "", "+33612345642"),
        ("33612345642", "", "+33612345642"),
        ("33 612 345 642", "FR", "+33612345642"),
        ("06 12 34 56 42", "FR", "+33612345642"),
        ("06.12.34.56.42", "fr", "+33612345642"),
        ("06-12-34-56-42", "FR", "+33612345642"),
        ("  0612345642\n", "FR", "+33612345642"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("+49 151 23456789", "FR", "+4915123456789"),
        ("4915123456789", "FR", "+4915123456789"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+33 (0)6 12 34 56 42", "FR", "+33612345642"),
    ],
)
def test_numbers_are_kept_as_e164(text: str, country: str, number: str) -> None:
    assert phones.parse(text, country=country) == number


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("", "FR", "phone_invalid"),
        ("06 12 34 56", "FR", "phone_invalid"),
        ("0612345642", "", "phone_invalid"),
        ("Alice", "FR", "phone_invalid"),
        ("+999 12 34 56 78", "FR", "phone_invalid"),
        ("1" * 500, "FR", "phone_invalid"),
        ("0612345642", "ZZ", "phone_invalid"),
        ("06 12 34 56 42 ext. 7", "FR", "phone_invalid"),
        ("01 42 68 53 00", "FR", "phone_not_mobile"),
        ("+33 1 42 68 53 00", "", "phone_not_mobile"),
        ("08 92 70 12 39", "FR", "phone_not_mobile"),
    ],
)
def test_what_is_no_mobile_number_is_refused(text: str, country: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        phones.parse(text, country=country)
    assert (refused.value.code, refused.value.status) == (code, 422)


@given(st.text(max_size=60), st.sampled_from(["", "FR", "US", "ZZ", "👍"]))
def test_any_text_is_a_number_or_refused(text: str, country: str) -> None:
    try:
        number = phones.parse(text, country=country)
    except RuleBroken:
        return
    assert phones.parse(number, country="") == number
    assert phones.masked(number)


def test_masking_leaves_the_first_and_the_last_two_digits() -> None:
    assert phones.masked("+33612345642") == "+33 6 ** ** ** 42"
    assert phones.masked("+14155552671") == "+1 4**-***-**71"
    assert phones.masked("") == ""


def test_searching_by_part_of_a_number() -> None:
    assert phones.searched_digits("06 12 34") == "61234"
    assert phones.searched_digits("+33 6") == "336"
    assert phones.searched_digits("Alice") == ""
