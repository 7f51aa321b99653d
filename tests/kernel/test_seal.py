"""Secrets that stay shut, tokens that cannot be bent."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.seal import SealBroken, Sealer, Secret, new_key, new_token, token_hash

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
OLD_KEY, NEW_KEY = (base64.urlsafe_b64encode(bytes([number] * 32)).decode() for number in (1, 2))
SEALER = Sealer(NEW_KEY)
texts = st.text(st.characters(codec="utf-8"))
claims = st.dictionaries(
    st.text(max_size=8).filter(lambda key: key != "exp"), st.one_of(texts, st.integers()), max_size=4
)


# Secrets


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("hush")
    for shown in (repr(secret), str(secret), f"{secret}", "%s" % secret, repr([secret]), repr({"a": secret})):  # noqa: UP031
        assert "hush" not in shown
    assert not hasattr(secret, "__dict__")
    assert secret.reveal() == "hush"


@given(texts, texts)
def test_secrets_compare_by_value(left: str, right: str) -> None:
    assert (Secret(left) == Secret(right)) == (left == right)
    assert Secret(left) != left
    assert len({Secret(left), Secret(left)}) == 1


# Sealing


@given(texts)
def test_what_is_sealed_can_be_opened(value: str) -> None:
    sealed = SEALER.seal(Secret(value))
    assert SEALER.unseal(sealed).reveal() == value
    assert SEALER.unseal(memoryview(sealed)).reveal() == value  # type: ignore[arg-type]
    assert sealed != SEALER.seal(Secret(value))


@given(st.data())
def test_a_sealed_value_opens_unchanged_or_not_at_all(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(Secret("hush")))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] = data.draw(st.integers(0, 255))
    try:
        opened = SEALER.unseal(bytes(sealed)).reveal()
    except SealBroken:
        return
    assert opened == "hush"


@given(st.binary())
def test_noise_opens_nothing(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.unseal(noise)


def test_keys_are_rotated_by_putting_a_new_one_in_front() -> None:
    sealed = Sealer(OLD_KEY).seal(Secret("hush"))
    both = Sealer(f" {NEW_KEY} , {OLD_KEY} ")
    assert both.unseal(sealed).reveal() == "hush"
    with pytest.raises(SealBroken):
        SEALER.unseal(sealed)
    assert SEALER.unseal(both.seal(Secret("hush"))).reveal() == "hush"


@pytest.mark.parametrize("keys", ["", " , ", "short", "é" * 44, "A" * 44, f"{NEW_KEY},nonsense"])
def test_keys_that_are_none(keys: str) -> None:
    with pytest.raises(SealBroken) as caught:
        Sealer(keys)
    assert NEW_KEY not in str(caught.value)


def test_fresh_keys_differ() -> None:
    assert new_key() != new_key()
    Sealer(new_key())


# Signed tokens


@given(claims)
def test_a_token_carries_its_claims(said: dict[str, Any]) -> None:
    token = SEALER.sign(said, expires_at=SOON)
    assert SEALER.verify(token, now=NOW) == said
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


@given(claims, st.data())
def test_a_bent_token_is_refused(said: dict[str, Any], data: st.DataObject) -> None:
    token = SEALER.sign(said, expires_at=SOON)
    place = data.draw(st.integers(0, len(token)))
    inserted = data.draw(st.text(max_size=3))
    bent = token[:place] + inserted + token[place + data.draw(st.integers(0, 3)) :]
    if bent == token:
        return
    with pytest.raises(SealBroken, match="not one of ours"):
        SEALER.verify(bent, now=NOW)


def test_a_token_has_one_spelling() -> None:
    """The last character has bits to spare, and some decoders skip what they do not know."""
    token = SEALER.sign({"a": 1}, expires_at=SOON)
    others = [token[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    for bent in [*(other for other in others if other != token), token + "!!!!", "!!!!" + token, token + "="]:
        with pytest.raises(SealBroken, match="not one of ours"):
            SEALER.verify(bent, now=NOW)


@given(st.text())
def test_noise_is_no_token(noise: str) -> None:
    with pytest.raises(SealBroken, match="not one of ours"):
        SEALER.verify(noise, now=NOW)


def test_a_token_of_another_key_is_refused() -> None:
    token = Sealer(OLD_KEY).sign({"a": 1}, expires_at=SOON)
    with pytest.raises(SealBroken, match="not one of ours"):
        SEALER.verify(token, now=NOW)


@given(st.timedeltas(timedelta(seconds=-86400), timedelta(seconds=86400)))
def test_a_token_expires(left: timedelta) -> None:
    token = SEALER.sign({}, expires_at=NOW + left)
    if left < timedelta(0):
        with pytest.raises(SealBroken, match="expired"):
            SEALER.verify(token, now=NOW)
    else:
        assert SEALER.verify(token, now=NOW) == {}


# Random tokens


def test_random_tokens() -> None:
    assert new_token("cmp_").startswith("cmp_")
    assert len({new_token("") for _ in range(100)}) == 100
    assert len(new_token("")) == 43
    assert token_hash("a") != token_hash("b")
    assert len(token_hash("a")) == 32
