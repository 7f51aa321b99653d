"""What the ledger cannot hold is refused; the short way to tell that it can hold a bill agrees with the long one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.ledger import limits, rollup
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.model import Line, Observed, Source
from tests.bills import OPENED, bill

amounts = st.decimals(-(10**12), 10**12, places=4) | st.decimals(-(10**9), 10**9, places=4)


def observed(*lines: Line) -> Observed:
    return Observed(sale=bill(lines=lines), source=Source.READ, observed_at=OPENED)


@given(
    st.lists(
        st.builds(
            Line,
            name=st.just("Chasselas"),
            quantity=st.decimals(-(10**7), 10**7, places=3),
            unit_price=amounts,
            total=amounts,
            tax_rate_ppm=st.none() | st.integers(0, 20_000_000),
            tax=st.none() | amounts,
        ),
        max_size=4,
    )
)
def test_what_passes_has_no_measure_that_is_too_large(lines: list[Line]) -> None:
    said = observed(*lines)
    try:
        limits.check(said)
    except VendorUnreadable:
        return
    assert all(abs(value) < limits.LARGEST_AMOUNT for value in rollup.measures(said.sale).values())


def test_a_tax_that_makes_a_measure_too_large_is_refused() -> None:
    line = Line(
        name="Chasselas", quantity=Decimal(1), unit_price=Decimal(10**9), total=Decimal(10), tax=Decimal(-99_990)
    )
    with pytest.raises(VendorUnreadable):
        limits.check(observed(line))
