"""Texts come back as they were, whatever they hold; a packed one that cannot be read says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel import packing

WORDS = b'"businessLocationId":"accountNumber":"transactionLines":[{"amount":'


@given(st.binary(max_size=2000), st.sampled_from((b"", WORDS)))
def test_a_text_comes_back_as_it_was_and_is_never_kept_larger(text: bytes, words: bytes) -> None:
    stored = packing.pack(text, words)
    assert packing.unpack(stored, packing.by_checksum([WORDS])) == text
    assert len(stored) <= len(text) or text.startswith(packing.MARK)


def test_words_make_a_text_smaller_and_are_needed_to_read_it() -> None:
    text = b'{"accountNumber":"A1.1","businessLocationId":7,"transactionLines":[{"amount":12}]}'
    stored = packing.pack(text, WORDS)
    assert len(stored) < len(packing.pack(text)) <= len(text)
    with pytest.raises(packing.Unpackable, match=f"{packing.checksum(WORDS):08x}"):
        packing.unpack(stored, {})


def test_words_of_before_are_found_beside_those_of_now() -> None:
    text, later = b'{"accountNumber":"A1.1"}' * 2, b"status" + WORDS
    assert packing.unpack(packing.pack(text, WORDS), packing.by_checksum([WORDS, later])) == text


@pytest.mark.parametrize("cut", [2, 3, 7, 20, -1])
def test_a_damaged_text_is_no_text(cut: int) -> None:
    stored = packing.pack(b"a text that is long enough to be packed " * 9, WORDS)
    with pytest.raises(packing.Unpackable):
        packing.unpack(stored[:cut], packing.by_checksum([WORDS]))
