"""Pages that follow each other and never repeat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.pages import by_token


@given(st.integers(1, 30), st.integers(0, 29))
def test_every_page_comes_once_from_where_one_begins(count: int, start: int) -> None:
    def load(token: str | None) -> int:
        return int(token or 0)

    def following(page: int) -> str | None:
        return str(page + 1) if page + 1 < count else None

    first = start if start < count else 0
    pages = by_token(load, next_token=following, start=str(first) if first else None)
    assert [*pages] == [*range(first, count)]


@pytest.mark.parametrize("end", [None, ""])
def test_an_absent_or_empty_token_ends_it(end: str | None) -> None:
    assert [*by_token(lambda token: token, next_token=lambda page: end)] == [None]


@given(st.integers(1, 5), st.integers(0, 5))
def test_a_repeated_token_is_refused_before_a_page_comes_twice(length: int, back_to: int) -> None:
    """After `length` pages the vendor leads back to one of them."""
    loaded: list[str | None] = []

    def load(token: str | None) -> str | None:
        loaded.append(token)
        return token

    def following(page: str | None) -> str:
        number = int(page or 0)
        return str(number + 1) if number < length else str(min(max(back_to, 1), length))

    with pytest.raises(VendorUnreadable) as caught:
        [*by_token(load, next_token=following)]
    assert caught.value.path == "$.nextPageToken"
    assert len(loaded) == len(set(loaded))


def test_a_token_that_leads_to_itself_is_refused_also_at_the_start() -> None:
    loaded: list[str | None] = []
    pages = by_token(lambda token: loaded.append(token), next_token=lambda page: "here", start="here")
    assert next(pages) is None
    with pytest.raises(VendorUnreadable):
        next(pages)
    assert loaded == ["here"]


def test_pages_are_loaded_as_they_are_wanted() -> None:
    loaded: list[str | None] = []
    pages = by_token(lambda token: loaded.append(token), next_token=lambda page: "more")
    next(pages)
    assert loaded == [None]
